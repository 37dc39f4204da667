import numpy as np
import pytest

from keras_wsad.losses import ScoreRegularization
from tests.losses.check_loss import check_serialization
from tests.losses.check_loss import gradient
from tests.losses.check_loss import value

IS_ANOMALOUS, SCORES = [1, 0, 1], [[0.3, 0.4], [0.5, 0.5], [0.0, 1.2]]


@pytest.mark.parametrize(
    ("smooth", "sparse", "expected"),
    [
        # Squared steps .1^2, 0 and 1.2^2; squares .25, .5 and 1.44.
        ("anomalous", "anomalous", 2 * (0.01 + 1.44) + 3 * 1.69**0.5),
        ("all", "normal", 2 * (0.01 + 1.44) + 3 * 0.5**0.5),
        ("normal", "all", 3 * 2.19**0.5),
    ],
)
def test_value_by_hand(smooth, sparse, expected):
    loss = ScoreRegularization(2.0, 3.0, smooth=smooth, sparse=sparse)
    assert value(loss, IS_ANOMALOUS, SCORES) == pytest.approx(expected)


def test_the_order_of_the_batch_does_not_matter(random):
    scores, is_anomalous = random.random((6, 4)), np.array([1, 0, 1, 0, 0, 1])
    order = random.permutation(6)
    loss = ScoreRegularization(1.0, 1.0, sparse="normal")
    expected = value(loss, is_anomalous, scores)
    result = value(loss, is_anomalous[order], scores[order])
    assert result == pytest.approx(expected, rel=1e-6)


def test_the_gradient_is_finite_where_all_scores_are_zero():
    result = gradient(ScoreRegularization(), IS_ANOMALOUS, np.zeros((3, 2)))
    assert np.isfinite(result).all()


def test_serialization():
    check_serialization(ScoreRegularization(0.25, 0.5, smooth="all", sparse="normal"))


def test_what_does_not_fit_raises():
    with pytest.raises(ValueError, match="Expected one of"):
        ScoreRegularization(sparse="neither")
    with pytest.raises(ValueError, match="batch, segments"):
        value(ScoreRegularization(), [1, 0], np.ones((2, 3, 1)))
