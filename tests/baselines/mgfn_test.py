import keras
import numpy as np
import pytest
from keras import ops

from keras_wsad.baselines import SYSTEMS
from keras_wsad.baselines.mgfn import MGFN
from keras_wsad.baselines.mgfn_layers import Focus
from keras_wsad.baselines.mgfn_layers import Glance
from keras_wsad.baselines.mgfn_layers import MagnitudeContrast
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

OUTPUTS = ("segment_scores", "bag_scores", "magnitudes")


class TinyMGFN(MGFN):
    """The head with few channels and one layer a stage."""

    def __init__(self, config):
        super().__init__(config, widths=(8, 8, 16), depths=(1, 1, 1), head_width=4)


@pytest.mark.large
def test_it_learns_and_is_kept(random, tmp_path):
    check_head(TinyMGFN, random, tmp_path, reads="features", learning_rate=0.01)


@pytest.mark.large
def test_it_is_a_system(tiny_settings, tmp_path, monkeypatch):
    monkeypatch.setitem(SYSTEMS, "mgfn", f"{__name__}.TinyMGFN")
    check_system("mgfn", tiny_settings, tmp_path)


def test_the_published_size():
    # Tokens 393,280 and 256; 3 layers of 62,144; 8,448 between the stages; 3 layers of
    # 214,412; 132,352 between; 2 layers of 13,642,848; the last norm and the score 3,073.
    model = open_head(MGFN, num_segments=32).build(2048)
    count = sum(np.prod(weight.shape) for weight in model.trainable_weights)
    assert count == 28_652_773
    assert model.get_layer("selection").count == 3


@pytest.mark.large
def test_training_reaches_every_weight(random):
    inputs, is_anomalous, _ = separable_videos(random, batch=8)
    targets = dict.fromkeys(OUTPUTS, is_anomalous)
    check_gradients(open_head(TinyMGFN), inputs, targets)


def test_the_score_of_a_video_is_that_of_its_longest_segments(random):
    inputs, _, _ = separable_videos(random, batch=4)
    model = open_head(TinyMGFN).build(FEATURES)
    norm = model.get_layer("embedded")
    # Normalised features are of one length until their scales differ.
    norm.gamma.assign(random.random(16) + 0.5)
    embedded = keras.Model(model.input, norm.output).predict(inputs, verbose=0)
    outputs = model.predict(inputs, verbose=0)
    longest = np.argsort(-np.linalg.norm(embedded, axis=-1), axis=1)[:, :3]
    expected = np.take_along_axis(outputs["segment_scores"], longest, axis=1).mean(axis=1)
    np.testing.assert_allclose(outputs["bag_scores"][:, 0], expected, rtol=1e-5)
    sums = np.take_along_axis(np.abs(embedded).sum(axis=-1), longest, axis=1)
    np.testing.assert_allclose(outputs["magnitudes"], sums, rtol=1e-5)


def test_the_length_of_features_is_read(random):
    model = open_head(TinyMGFN).build(FEATURES)
    tokens = model.get_layer("tokens")
    tokens.set_weights([0 * weight for weight in tokens.get_weights()])
    inputs, _, _ = separable_videos(random, batch=2)
    # All else is zero: features of the same length and another direction are the same.
    turned = {name: x[..., ::-1] for name, x in inputs.items()}
    longer = {name: 2 * x for name, x in inputs.items()}
    scores, same, others = (
        model.predict(x, verbose=0)["segment_scores"] for x in (inputs, turned, longer)
    )
    np.testing.assert_allclose(same, scores, rtol=1e-5)
    assert np.abs(others - scores).max() > 1e-6


@pytest.mark.parametrize("layer_class", [Glance, Focus])
def test_the_blocks(layer_class, random):
    inputs = random.random((3, 7, 6), "float32")
    check_layer(layer_class, {"heads": 2, "head_width": 4}, inputs, (3, 7, 6))


def test_glance_by_hand():
    glance = Glance(1, 1)
    glance.build((None, 2, 1))
    # q = 2 x, k = x, v = 3 x, out = 4 y + 1, of x = 0 and 1.
    glance.qkv.set_weights([np.array([[2, 1, 3]])])
    glance.out.set_weights([np.array([[4]]), np.array([1])])
    result = ops.convert_to_numpy(glance(np.array([[[0.0], [1.0]]], "float32")))
    # Even weights of 0 and 3, then those of exp(0) and exp(2).
    expected = [4 * 1.5 + 1, 4 * 3 * np.exp(2) / (1 + np.exp(2)) + 1]
    np.testing.assert_allclose(result[0, :, 0], expected, rtol=1e-6)


def test_focus_by_hand():
    focus = Focus(2, 1)
    focus.build((None, 4, 1))
    # Two heads see x and 10 x; the first takes what is two before, the second the next.
    kernel = np.zeros((5, 2, 1))
    kernel[0, 0], kernel[3, 1] = 1, 1
    focus.value.set_weights([np.array([[1, 10]])])
    focus.kernel.assign(kernel)
    focus.bias.assign(np.array([[0.25], [0.5]]))
    focus.out.set_weights([np.array([[1], [1]]), np.array([0])])
    result = ops.convert_to_numpy(focus(np.array([[[1.0], [2], [3], [4]]], "float32")))
    expected = np.array([0 + 20, 0 + 30, 1 + 40, 2 + 0]) + 0.75
    np.testing.assert_allclose(result[0, :, 0], expected, rtol=1e-6)


def test_the_contrast_by_hand():
    magnitudes = [[3.0, 4.0], [0.0, 0.0], [6.0, 8.0], [0.0, 2.0]]
    # Anomalous (3, 4) and (6, 8) are 5 apart, normal (0, 0) and (0, 2) are 2 apart: 25 and
    # 4. Between them 5, sqrt(13), 10 and sqrt(72), and 8 is asked for.
    gaps = [3**2, (8 - 13**0.5) ** 2, 0, 0]
    loss = MagnitudeContrast(margin=8.0, separation=0.5)
    expected = 25 + 4 + 0.5 * sum(gaps) / 4
    assert value(loss, [1, 0, 1, 0], magnitudes) == pytest.approx(expected, rel=1e-5)


def test_the_contrast_is_finite_for_equal_magnitudes_and_one_kind():
    for kinds in ([1, 0, 1], [1, 1, 1], [0, 0, 0]):
        magnitudes = np.ones((3, 2))
        assert np.isfinite(value(MagnitudeContrast(), kinds, magnitudes))
        assert np.isfinite(gradient(MagnitudeContrast(), kinds, magnitudes)).all()
    assert value(MagnitudeContrast(), [1, 1, 1], np.ones((3, 2))) == 0


def test_the_contrast_is_serialized():
    check_serialization(MagnitudeContrast(margin=5.0, separation=0.25))
