import numpy as np
import pytest

from keras_wsad.losses import AttentionRegularization
from tests.losses.check_loss import check_serialization
from tests.losses.check_loss import gradient
from tests.losses.check_loss import value


def test_value_by_hand():
    # Video 1: .5^2 + 1^2 = 1.25; video 2: 0 + 0; mean .625.
    attention = np.array([[0.5, 0.0], [1.0, 1.0]])
    assert value(AttentionRegularization(target=1.0), 0.0, attention) == 0.625
    # Towards zero: .25 + 0 and 1 + 1, mean 1.125.
    assert value(AttentionRegularization(target=0.0), 0.0, attention) == 1.125


def test_what_the_videos_are_does_not_matter():
    attention, loss = np.array([[0.5, 0.1]]), AttentionRegularization()
    assert value(loss, [0.0], attention) == value(loss, [1.0], attention)


def test_gradient_points_away_from_the_target():
    result = gradient(AttentionRegularization(target=1.0), 0.0, [[0.25, 1.0]])
    np.testing.assert_allclose(result, [[-1.5, 0.0]], atol=1e-6)


def test_serialization():
    check_serialization(AttentionRegularization(target=0.25))


def test_the_rank_is_that_of_one_number_per_segment():
    with pytest.raises(ValueError, match="batch, segments"):
        value(AttentionRegularization(), 0.0, np.ones((2, 3, 1)))
