import numpy as np
import pytest

from keras_wsad.losses import BagCrossentropy
from tests.losses.check_loss import check_serialization
from tests.losses.check_loss import gradient
from tests.losses.check_loss import value


def test_value_by_hand():
    # The highest scores are 4/5 of the anomalous and 1/2 of the normal video:
    # -(log 4/5 + log 1/2) / 2
    scores = [[0.5, 0.1, 0.8], [0.2, 0.5, 0.1]]
    expected = -(np.log(0.8) + np.log(0.5)) / 2
    assert value(BagCrossentropy(smoothness=0), [1, 0], scores) == pytest.approx(expected)


def test_smoothness_is_that_of_anomalous_videos():
    # (.5 - .1)^2 + (.8 - .5)^2 = .25
    scores = [[0.1, 0.5, 0.8], [0.9, 0.1, 0.9]]
    rough, plain = (BagCrossentropy(smoothness=s) for s in (2.0, 0.0))
    difference = value(rough, [1, 0], scores) - value(plain, [1, 0], scores)
    assert difference == pytest.approx(2 * 0.25, rel=1e-4)


def test_the_order_of_the_batch_does_not_matter(random):
    scores = random.random((6, 8), "float32")
    kinds = np.array([1, 1, 1, 0, 0, 0])
    order = random.permutation(6)
    loss = BagCrossentropy(smoothness=0.1)
    expected = value(loss, kinds, scores)
    assert value(loss, kinds[order], scores[order]) == pytest.approx(expected, rel=1e-5)


def test_certain_scores_have_a_finite_loss_and_gradient():
    scores = [[0.0, 0.0, 1.0], [1.0, 1.0, 0.0]]
    loss = BagCrossentropy()
    assert np.isfinite(value(loss, [1, 0], scores))
    assert np.isfinite(gradient(loss, [1, 0], scores)).all()


def test_the_gradient_raises_the_highest_segment_of_anomalous_videos_alone():
    scores = [[0.1, 0.4, 0.3, 0.2], [0.1, 0.4, 0.3, 0.2]]
    of_anomalous, of_normal = gradient(BagCrossentropy(smoothness=0), [1, 0], scores)
    assert of_anomalous[1] < 0 < of_normal[1]
    assert not of_anomalous[[0, 2, 3]].any()
    assert not of_normal[[0, 2, 3]].any()


def test_another_rank_raises():
    with pytest.raises(ValueError, match="batch, segments"):
        value(BagCrossentropy(), [1], [[[0.5]]])


def test_serialization():
    check_serialization(BagCrossentropy(smoothness=0.5))
