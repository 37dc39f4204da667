import numpy as np
import pytest

from keras_wsad.losses import IndirectSupervision
from tests.losses.check_loss import check_serialization
from tests.losses.check_loss import gradient
from tests.losses.check_loss import value


def test_value_by_hand():
    # Video 1: (.5 + .25) / 2 = .375; video 2 has no mean; mean over videos .1875.
    mean = np.array([[0.5, 0.0], [-1.0, -1.0]], "float32")
    scores = np.array([[1.0, 0.25], [0.7, 0.7]], "float32")
    assert value(IndirectSupervision(), mean, scores) == pytest.approx(0.1875)


def test_every_segment_with_a_mean_is_pulled_to_it():
    mean = np.array([[0.5, 0.5, -1.0, 0.0]], "float32")
    result = gradient(IndirectSupervision(), mean, [[0.75, 0.25, 0.5, 0.5]])
    np.testing.assert_allclose(result, [[1 / 3, -1 / 3, 0, 1 / 3]], rtol=1e-5)


def test_what_stays_as_it_was_has_no_loss(random):
    scores = random.random((3, 4), "float32")
    assert value(IndirectSupervision(), scores, scores) == 0
    assert np.isfinite(gradient(IndirectSupervision(), scores, scores)).all()


def test_serialization():
    check_serialization(IndirectSupervision())


def test_scores_of_another_rank_raise():
    with pytest.raises(ValueError, match="batch, segments"):
        value(IndirectSupervision(), np.ones((2, 3, 1)), np.ones((2, 3, 1)))
