import keras
import numpy as np
import pytest
from keras import ops

from keras_wsad.baselines.rtfm import RTFM
from keras_wsad.baselines.rtfm import MagnitudeMargin
from keras_wsad.baselines.rtfm import NonLocalBlock
from keras_wsad.config import ExperimentConfig
from keras_wsad.data import open_experiment_data
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


@pytest.mark.large
def test_it_learns_and_is_kept(random, tmp_path):
    check_head(RTFM, random, tmp_path, reads="features", learning_rate=0.01)


@pytest.mark.large
def test_it_is_a_system(tiny_settings, tmp_path):
    check_system("rtfm", tiny_settings, tmp_path)


def test_the_published_size():
    # Dilated convolutions 9,438,720 and their norms 3,072; reduced 1,048,576; non-local
    # 526,592; fused 12,582,912 and its norm 4,096; the three layers of the score 1,114,881.
    model = open_head(RTFM, num_segments=32).build(2048)
    count = sum(np.prod(weight.shape) for weight in model.trainable_weights)
    assert count == 24_718_849
    assert model.get_layer("selection").count == 3


@pytest.mark.large
def test_training_reaches_every_weight(random):
    inputs, is_anomalous, _ = separable_videos(random, batch=8)
    head = open_head(RTFM)
    targets = dict.fromkeys(("segment_scores", "bag_scores", "magnitudes"), is_anomalous)
    # The batch normalisation after it takes the bias away.
    check_gradients(head, inputs, targets, without=("non_local/out/bias",))


def test_the_score_of_a_video_is_that_of_its_longest_segments(random):
    inputs, _, _ = separable_videos(random, batch=4)
    model = open_head(RTFM).build(FEATURES)
    embedded = keras.Model(model.input, model.get_layer("embedded").output)
    outputs = model.predict(inputs, verbose=0)
    lengths = np.linalg.norm(embedded.predict(inputs, verbose=0), axis=-1)
    # 8 segments: one is selected.
    longest = lengths.argmax(axis=1)[:, None]
    expected = np.take_along_axis(outputs["segment_scores"], longest, axis=1)
    np.testing.assert_allclose(outputs["bag_scores"], expected, rtol=1e-5)
    np.testing.assert_allclose(outputs["magnitudes"][:, 0], lengths.max(axis=1), rtol=1e-5)


def test_other_norms_are_warned_of(tiny_settings, caplog):
    names = {"data", "num_segments", "anomalous_per_batch", "normal_per_batch"}
    settings = {name: tiny_settings[name] for name in names}
    config = ExperimentConfig(system="rtfm", **settings)
    RTFM(config).check(open_experiment_data(config))
    assert "RTFM (Tian et al., ICCV 2021) selects segments by the mag" in caplog.text


def test_the_non_local_block(random):
    inputs = random.random((3, 4, 6), "float32")
    check_layer(NonLocalBlock, {"units": 2}, inputs, (3, 4, 6))
    np.testing.assert_array_equal(ops.convert_to_numpy(NonLocalBlock(2)(inputs)), inputs)


def test_the_non_local_block_by_hand():
    block = NonLocalBlock(1)
    block.build((None, 2, 1))
    for layer, kernel in ((block.theta, 2), (block.phi, 3), (block.g, 1), (block.out, 1)):
        layer.set_weights([np.array([[kernel]]), np.array([0])])
    gamma, beta, mean = np.array([1]), np.array([0]), np.array([0])
    block.norm.set_weights([gamma, beta, mean, np.array([1 - 1e-5])])
    # Of x = 1 and 2: 6 x_t (1 * 1 + 2 * 2) / 2 = 15 and 30 are added.
    result = ops.convert_to_numpy(block(np.array([[[1.0], [2.0]]], "float32")))
    np.testing.assert_allclose(result[0, :, 0], [16, 32], rtol=1e-5)


def test_the_margin_by_hand():
    # Anomalous 7 and 12 miss 3 and 2 of 10. With the normal 1 and 0: 16, 9, 9 and 4.
    result = value(MagnitudeMargin(10.0), [1, 0, 0, 1], [[7.0], [1.0], [0.0], [12.0]])
    assert result == pytest.approx((16 + 9 + 9 + 4) / 4)


def test_the_margin_pulls_both_kinds():
    result = gradient(MagnitudeMargin(10.0), [1, 0], [[7.0], [1.0]])
    # 2 (3 + 1), down for the normal video.
    np.testing.assert_allclose(result[:, 0], [-8, 8], rtol=1e-6)
    assert value(MagnitudeMargin(), [1, 1], [[7.0], [1.0]]) == 0


def test_the_margin_is_serialized():
    check_serialization(MagnitudeMargin(margin=5.0))
