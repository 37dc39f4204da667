import keras
import numpy as np
import pytest
from keras import ops

from keras_wsad.baselines.bn_wvad import BNWVAD
from keras_wsad.baselines.bn_wvad import DistanceBatchNorm
from keras_wsad.baselines.bn_wvad import DistanceScore
from keras_wsad.baselines.bn_wvad_losses import DistanceRankingLoss
from keras_wsad.baselines.bn_wvad_losses import NormalNorm
from tests.baselines.check_gradients import check_gradients
from tests.baselines.check_head import FEATURES
from tests.baselines.check_head import check_head
from tests.baselines.check_head import open_head
from tests.baselines.check_head import separable_videos
from tests.baselines.check_system import check_system
from tests.check_layer import check_layer
from tests.losses.check_loss import check_serialization
from tests.losses.check_loss import gradient
from tests.losses.check_loss import value


class TinyBNWVAD(BNWVAD):
    """BN-WVAD, tiny in every layer."""

    def __init__(self, config):
        super().__init__(config, width=8, heads=2, head_units=4, units=(6, 4))


@pytest.mark.large
def test_it_learns_and_is_kept(random, tmp_path):
    settings = {"learning_rate": 0.01, "steps": 80}
    check_head(TinyBNWVAD, random, tmp_path, reads="features", **settings)


@pytest.mark.large
def test_it_is_a_system(tiny_settings, tmp_path):
    check_system("bn_wvad", tiny_settings, tmp_path)


def test_the_published_size():
    # Convolution 1,573,376; two blocks of 2,100,736; features 16,416 and 528; a score of
    # 17; of each norm 4 numbers a feature, half of them running: 128 and 64.
    model = open_head(BNWVAD, num_segments=32).build(1024)
    assert model.count_params() == 5_792_001


@pytest.mark.large
def test_every_variable_gets_a_gradient(random):
    head = open_head(TinyBNWVAD)
    inputs, is_anomalous, _ = separable_videos(random)
    check_gradients(head, inputs, dict.fromkeys(head.build(FEATURES).output, is_anomalous))


def test_gradients_are_clipped_and_penalised():
    head = open_head(TinyBNWVAD)
    model = head.build(4)
    head.compile(model, class_counts=[1] * 14)
    assert model.optimizer.global_clipnorm == 1
    assert model.optimizer.l2 == 5e-5


def test_scores_are_float32_under_any_precision(random):
    keras.config.set_dtype_policy("mixed_float16")
    try:
        model = open_head(TinyBNWVAD).build(FEATURES)
    finally:
        keras.config.set_dtype_policy("float32")
    outputs = model(separable_videos(random)[0])
    kinds = {keras.backend.standardize_dtype(x.dtype) for x in outputs.values()}
    assert kinds == {"float32"}


def test_distances_are_from_the_running_mean_after_its_update():
    layer = DistanceBatchNorm()
    inputs = np.array([[[0.0, 0.0], [4.0, 2.0]]], "float32")
    # Of the batch: means 2 and 1, variances 4 and 1. Running, from 0 and 1 with momentum
    # .9: means .2 and .1, variances .9 + .4 = 1.3 and 1.
    normalized, distances = layer(inputs, training=True)
    expected = [(0.2**2 / 1.3 + 0.1**2) ** 0.5, (3.8**2 / 1.3 + 1.9**2) ** 0.5]
    np.testing.assert_allclose(ops.convert_to_numpy(distances)[0], expected, rtol=1e-5)
    # It normalises by the batch in training, by the running values later.
    np.testing.assert_allclose(ops.convert_to_numpy(normalized)[0, 1], [1, 1], rtol=1e-4)
    normalized, again = layer(inputs, training=False)
    np.testing.assert_allclose(ops.convert_to_numpy(again)[0], expected, rtol=1e-5)
    later = [3.8 / 1.3**0.5, 1.9]
    np.testing.assert_allclose(ops.convert_to_numpy(normalized)[0, 1], later, rtol=1e-4)


def test_the_score_keeps_the_order_of_the_product(random):
    first, second, abnormality = random.random((3, 2, 5), "float32")
    check_layer(DistanceScore, {}, [first, second, abnormality], (2, 5))
    # (3 + 1) .5 = 2, and 2 / 3.
    score = DistanceScore()([np.array([[3.0]]), np.array([[1.0]]), np.array([[0.5]])])
    assert float(score[0, 0]) == pytest.approx(2 / 3)


def test_the_norm_is_of_normal_videos_by_hand():
    y_pred = np.array([[3.0, 4.0], [9.0, 9.0], [0.0, 1.0]], "float32")
    # (5 + 1) / 2.
    assert value(NormalNorm(), np.array([0, 1, 0]), y_pred) == 3


def test_the_ranking_by_hand():
    # Of the anomalous videos: the largest of each, 5 and 2.5 (20 % of 5 segments), and the
    # 4 largest of all (40 % of 10): 5, 4, 3 and 2.5. In the order of time: 5, 3, 4, 2.5.
    anomalous = [[5, 0, 3, 4, 0], [1, 0, 2.5, 0, 2]]
    # Of the normal ones: the largest, 3 and 2, then the second largest, 2.5 and 1.
    normal = [[2.5, 3, 0, 0, 0], [1, 0, 2, 0, 0]]
    # max(0, 3 - 5 + 1) + max(0, 2 - 3 + 1) + max(0, 2.5 - 4 + 1) + max(0, 1 - 2.5 + 1) = 0;
    # with a margin of 2 it is 0 + 1 + .5 + .5, over 4.
    y_pred = np.array([*anomalous, *normal], "float32")
    y_true = np.array([1, 1, 0, 0])
    assert value(DistanceRankingLoss(), y_true, y_pred) == 0
    assert value(DistanceRankingLoss(margin=2.0), y_true, y_pred) == 0.5
    # Kinds are read from y_true; among their kind, videos keep their order.
    order = [2, 0, 3, 1]
    loss = DistanceRankingLoss(margin=2.0)
    assert value(loss, y_true[order], y_pred[order]) == 0.5


def test_a_video_without_large_distances_gives_its_share():
    y_pred = np.array([[9, 9, 9, 9, 9], [1, 0, 0, 0, 0], [0] * 5, [0] * 5], "float32")
    # 4 segments of the first video, and the largest of the second: 1 of 5 misses 1.5 - 1.
    loss = DistanceRankingLoss(margin=1.5)
    assert value(loss, np.array([1, 1, 0, 0]), y_pred) == pytest.approx(0.1)


@pytest.mark.parametrize("kinds", [[1, 0, 0, 0], [1, 1, 1, 0], [1] * 4, [0] * 4])
@pytest.mark.parametrize("loss", [DistanceRankingLoss(), NormalNorm()])
def test_losses_are_finite_for_any_mix_of_kinds(loss, kinds, random):
    check_serialization(loss)
    y_true = np.array(kinds, "float32")
    for y_pred in (random.random((4, 8), "float32"), np.zeros((4, 8), "float32")):
        assert np.isfinite(value(loss, y_true, y_pred))
        assert np.isfinite(gradient(loss, y_true, y_pred)).all()
    if sum(kinds) == 4:
        assert value(loss, y_true, y_pred) == 0
