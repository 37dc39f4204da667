import math

import keras
import numpy as np
import pytest
from keras import ops

from keras_wsad.baselines.ur_dmu import URDMU
from keras_wsad.baselines.ur_dmu_layers import GaussianDivergence
from keras_wsad.baselines.ur_dmu_layers import GaussianSample
from keras_wsad.baselines.ur_dmu_layers import MeanAtTop
from keras_wsad.baselines.ur_dmu_layers import MemoryUnit
from keras_wsad.baselines.ur_dmu_layers import Norm
from keras_wsad.baselines.ur_dmu_losses import DualMemoryLoss
from keras_wsad.baselines.ur_dmu_losses import DualMemoryMargin
from keras_wsad.baselines.ur_dmu_losses import DualMemoryTriplet
from keras_wsad.baselines.ur_dmu_losses import NormalMean
from keras_wsad.baselines.ur_dmu_losses import SampledBagLoss
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

LOSSES = {
    SampledBagLoss: 2,
    DualMemoryLoss: 8,
    DualMemoryTriplet: 8,
    DualMemoryMargin: 2,
    NormalMean: 1,
}


class TinyURDMU(URDMU):
    """UR-DMU, tiny in every layer."""

    def __init__(self, config):
        super().__init__(config, width=8, heads=2, head_units=4, slots=5, score_units=6)


@pytest.mark.large
def test_it_learns_and_is_kept(random, tmp_path):
    settings = {"learning_rate": 0.01, "dropout": 0.1, "steps": 80}
    check_head(TinyURDMU, random, tmp_path, reads="features", **settings)


@pytest.mark.large
def test_it_is_a_system(tiny_settings, tmp_path):
    check_system("ur_dmu", tiny_settings, tmp_path)


def test_the_published_size():
    # Convolution 1,573,376; two blocks of 2,100,736; two memories of 30,720; two codes of
    # 262,656; score 131,200 + 129.
    model = open_head(URDMU, num_segments=32).build(1024)
    assert model.count_params() == 6_492_929


@pytest.mark.large
def test_every_variable_gets_a_gradient(random):
    head = open_head(TinyURDMU)
    inputs, is_anomalous, _ = separable_videos(random)
    check_gradients(head, inputs, dict.fromkeys(head.build(FEATURES).output, is_anomalous))


def test_scores_are_float32_under_any_precision(random):
    keras.config.set_dtype_policy("mixed_float16")
    try:
        model = open_head(TinyURDMU).build(FEATURES)
    finally:
        keras.config.set_dtype_policy("float32")
    outputs = model(separable_videos(random)[0])
    kinds = {keras.backend.standardize_dtype(x.dtype) for x in outputs.values()}
    assert kinds == {"float32"}


def test_noise_moves_the_sampled_score_in_training_alone(random):
    model = open_head(TinyURDMU, dropout=0.0).build(FEATURES)
    inputs, _, _ = separable_videos(random)
    still, moved = (
        ops.convert_to_numpy(model(inputs, training=training)["bag_scores"])
        for training in (False, True)
    )
    np.testing.assert_array_equal(still[:, 0], still[:, 1])
    np.testing.assert_allclose(moved[:, 0], still[:, 0], rtol=1e-5)
    assert (np.abs(moved[:, 1] - still[:, 1]) > 1e-6).any()


def test_layers_of_one_output(random):
    features, scores = (
        random.random((3, 20, 4), "float32"),
        random.random((3, 20), "float32"),
    )
    check_layer(MeanAtTop, {}, [features, scores], (3, 4))
    check_layer(GaussianSample, {}, [features, features], (3, 20, 4))


def test_a_memory_answers_with_its_best_slots_and_is_read_as_a_sum():
    layer = MemoryUnit(slots=16)
    layer.build((None, 1, 1))
    memory = np.zeros((16, 1), "float32")
    memory[:2, 0] = math.log(3), math.log(7)
    layer.set_weights([memory])
    answers, read = layer(np.ones((1, 1, 1), "float32"))
    # Sigmoids of log 3, log 7 and 14 zeros: 3/4, 7/8 and 1/2; the mean of the best two.
    assert float(answers[0, 0]) == pytest.approx(0.8125)
    assert float(read[0, 0, 0]) == pytest.approx(0.75 * math.log(3) + 0.875 * math.log(7))


def test_features_are_selected_where_scores_are_highest():
    features = np.arange(32, dtype="float32").reshape(1, 16, 2)
    scores = np.zeros((1, 16), "float32")
    scores[0, [3, 9]] = 1
    mean = ops.convert_to_numpy(MeanAtTop()([features, scores]))
    # Segments 3 and 9 are (6, 7) and (18, 19).
    np.testing.assert_allclose(mean, [[12, 13]])


def test_samples_have_the_mean_and_the_variance():
    mean = np.full((1, 50, 400), 2, "float32")
    spread = np.full_like(mean, math.log(9))
    sample = ops.convert_to_numpy(GaussianSample(seed=0)([mean, spread], training=True))
    # 20,000 samples: standard errors of 0.021 and 0.015.
    assert sample.mean() == pytest.approx(2, abs=0.1)
    assert sample.std() == pytest.approx(3, abs=0.1)


def test_the_divergence_by_hand():
    mean = np.array([[[2.0, 0.0], [0.0, 0.0]]], "float32")
    log_variance = np.array([[[0.0, 0.0], [0.0, 1.0]]], "float32")
    # Sums over time: 4 / 2 = 2, and (e - 1 - 1) / 2 = 0.359141; their mean.
    divergence = GaussianDivergence()([mean, log_variance])
    assert float(divergence[0, 0]) == pytest.approx(1.179570, rel=1e-5)


def test_the_norm_by_hand():
    assert ops.convert_to_numpy(Norm()(np.array([[3.0, 4.0]]))).tolist() == [[5.0]]


@pytest.mark.parametrize("loss_class", LOSSES)
def test_losses_are_serialised_and_do_not_depend_on_places(loss_class, random):
    loss = loss_class()
    check_serialization(loss)
    y_true = np.array([1, 1, 0, 0, 1], "float32")
    y_pred = random.random((5, LOSSES[loss_class]), "float32")
    order = [3, 0, 4, 2, 1]
    expected = value(loss, y_true, y_pred)
    assert value(loss, y_true[order], y_pred[order]) == pytest.approx(expected, rel=1e-5)
    assert np.isfinite(gradient(loss, y_true, y_pred)).all()
    assert np.isfinite(gradient(loss, y_true, np.zeros_like(y_pred))).all()


def test_the_bag_loss_by_hand():
    y_pred = np.array([[0.5, 0.9], [0.9, 0.75]], "float32")
    # -log 0.5 for the anomalous video, -log (1 - 0.75) for the normal one: 3 log 2 / 2.
    expected = 1.5 * math.log(2)
    assert value(SampledBagLoss(), np.array([1, 0]), y_pred) == pytest.approx(expected)


def test_the_memory_loss_by_hand():
    # Three segments, of which the highest counts; first the abnormal memory's answers.
    anomalous = [0.5, 0.1, 0.1, 0.75, 0.9, 0.9]
    normal = [0.5, 0.5, 0.5, 0.25, 0.25, 0.25]
    y_pred = np.array([anomalous, normal], "float32")
    # Anomalous: -log 0.5 - log (1 - 0.75) = 3 log 2.
    # Normal, a mean over segments: -log 0.25 - log (1 - 0.5) = 3 log 2.
    expected = 6 * math.log(2)
    assert value(DualMemoryLoss(), np.array([1, 0]), y_pred) == pytest.approx(expected)


def test_the_triplet_by_hand():
    # u and v of an anomalous video, then of two normal ones, of any norm.
    y_pred = np.array([[2, 0, 0, 3], [9, 9, 0, 5], [9, 9, 1, 0]], "float32")
    # n = 1: v_n = v_a, so 0.001 by the bound, and sqrt 2 from u_a: 0.
    # n = 2: sqrt 2 from v_a, and v_n = u_a: sqrt 2 + 1 - 0.001. The mean over both pairs.
    expected = (math.sqrt(2) + 1 - 0.001) / 2
    y_true = np.array([1, 0, 0])
    assert value(DualMemoryTriplet(), y_true, y_pred) == pytest.approx(expected, rel=1e-4)


def test_the_margin_by_hand():
    y_pred = np.array([[30, 0], [150, 0], [0, 20]], "float32")
    # 100 - 30 + 20 = 90 and max(0, 100 - 150 + 20) = 0; the mean over both pairs.
    assert value(DualMemoryMargin(), np.array([1, 1, 0]), y_pred) == 45


def test_the_divergence_counts_for_normal_videos():
    y_pred = np.array([[7.0], [1.0], [3.0]], "float32")
    assert value(NormalMean(), np.array([1, 0, 0]), y_pred) == 2
