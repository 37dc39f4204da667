import numpy as np
import pytest

from keras_wsad.losses import DirectSupervision
from tests.losses.check_loss import check_serialization
from tests.losses.check_loss import gradient
from tests.losses.check_loss import value


def test_value_by_hand():
    # Video 1: (-log .5 - log(1 - .75)) / 2 = (.6931 + 1.3863) / 2; video 2 has no label.
    labels = np.array([[1.0, -1.0, 0.0], [-1.0, -1.0, -1.0]], "float32")
    scores = np.array([[0.5, 0.9, 0.75], [0.1, 0.2, 0.3]], "float32")
    expected = (np.log(2) + np.log(4)) / 2 / 2
    assert value(DirectSupervision(), labels, scores) == pytest.approx(expected, rel=1e-5)


def test_a_soft_label_is_met_best_by_itself():
    labels = np.array([[0.25]], "float32")
    values = [
        value(DirectSupervision(), labels, np.array([[score]], "float32"))
        for score in (0.15, 0.25, 0.35)
    ]
    assert min(values) == values[1]


def test_only_reliable_segments_carry_gradient():
    labels = np.array([[1.0, -1.0, 0.0]], "float32")
    result = gradient(DirectSupervision(), labels, [[0.5, 0.5, 0.5]])
    # d/dp of -log p is -2 at .5, of -log(1 - p) is 2; each over two segments.
    np.testing.assert_allclose(result, [[-1.0, 0.0, 1.0]], rtol=1e-5)


def test_certain_mistakes_are_finite():
    labels = np.array([[1.0, 0.0]], "float32")
    scores = np.array([[0.0, 1.0]], "float32")
    assert np.isfinite(value(DirectSupervision(), labels, scores))
    assert np.isfinite(gradient(DirectSupervision(), labels, scores)).all()


def test_serialization():
    check_serialization(DirectSupervision())


def test_scores_of_another_rank_raise():
    with pytest.raises(ValueError, match="batch, segments"):
        value(DirectSupervision(), np.ones((2, 3, 1)), np.ones((2, 3, 1)))
