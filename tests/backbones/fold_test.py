import collections

import keras
import numpy as np
import pytest

from keras_wsad.backbones import C3D
from keras_wsad.backbones import I3D
from keras_wsad.backbones import ResNet3D34
from keras_wsad.backbones import fold
from keras_wsad.backbones.blocked_conv3d import BlockedConv3D
from keras_wsad.backbones.fold import fold_batch_norms
from keras_wsad.backbones.shifted_max_pooling3d import ShiftedMaxPooling3D
from keras_wsad.errors import ConfigError
from tests.needs_bfloat16 import needs_bfloat16

# Sides that do not divide show on which side the padding is.
NETWORKS = {
    "i3d": lambda: I3D(clip_shape=(17, 40, 37, 3), width=0.125),
    "i3d with its head": lambda: I3D(
        clip_shape=(16, 33, 36, 3), width=0.0625, num_classes=5
    ),
    "c3d": lambda: C3D(clip_shape=(16, 32, 33, 3), width=0.0625),
    "r3d34": lambda: ResNet3D34(clip_shape=(16, 32, 33, 3), width=0.125),
    "r3d34, even": lambda: ResNet3D34(clip_shape=(16, 33, 32, 3), width=0.125),
}
LARGE = ("i3d with its head", "r3d34, even")


def randomize(model, random):
    """Sets all variables to values with which no layer is trivial."""
    for weight in model.weights:
        fan_in = np.prod(weight.shape[:-1]) if len(weight.shape) > 1 else 100
        values = random.normal(size=weight.shape) * np.sqrt(2 / fan_in)
        values = 0.5 + np.abs(values) if "variance" in weight.path else values
        weight.assign(1 + values if "gamma" in weight.path else values)


@pytest.fixture(
    scope="module",
    params=[
        pytest.param(name, marks=[pytest.mark.large] if name in LARGE else [])
        for name in NETWORKS
    ],
)
def network(request):
    model = NETWORKS[request.param]()
    randomize(model, np.random.default_rng(0))
    return model


def outputs_of(model, precision, random):
    clips = random.uniform(-1, 1, (2, *model.input_shape[1:])).astype("float32")
    folded = fold_batch_norms(model, precision)
    expected = model(clips, training=False).numpy()
    assert expected.std() > 0
    return folded, folded([clips], training=False).numpy(), expected


def test_a_folded_network_equals_the_network(network, random):
    folded, actual, expected = outputs_of(network, "float32", random)
    assert np.abs(actual - expected).max() < 1e-5 * np.abs(expected).max()
    kinds = (keras.layers.BatchNormalization, keras.layers.ReLU)
    left = [layer.name for layer in folded.layers if isinstance(layer, kinds)]
    # In a residual network a separate ReLU follows the sum.
    assert len(left) == (16 if isinstance(network, ResNet3D34) else 0)


@pytest.mark.large
@needs_bfloat16
def test_bfloat16_rounds_and_does_no_more(network, random):
    """Eight bits are 0.4 %; misplaced padding would give an error of order one."""
    folded, actual, expected = outputs_of(network, "bfloat16", random)
    assert actual.dtype == np.float32
    error = np.linalg.norm(actual - expected) / np.linalg.norm(expected)
    assert 1e-4 < error < 0.03
    assert {str(weight.dtype) for weight in folded.weights} == {"bfloat16"}


@pytest.mark.large
def test_the_network_stays_as_it_is(network, random):
    before = network.get_weights()
    names = [weight.path for weight in network.weights]
    fold_batch_norms(network, "bfloat16")
    assert [weight.path for weight in network.weights] == names
    for one, other in zip(before, network.get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)


def test_nothing_is_drawn():
    model = C3D(clip_shape=(16, 32, 32, 3), width=0.0625)
    keras.utils.set_random_seed(0)
    fold_batch_norms(model)
    drawn = keras.random.uniform((3,))
    keras.utils.set_random_seed(0)
    np.testing.assert_array_equal(
        keras.ops.convert_to_numpy(drawn),
        keras.ops.convert_to_numpy(keras.random.uniform((3,))),
    )


def test_another_precision_raises():
    with pytest.raises(ConfigError, match="float16"):
        fold_batch_norms(C3D(clip_shape=(16, 32, 32, 3), width=0.0625), "float16")


def test_without_onednn_the_slow_layers_are_others(monkeypatch, random):
    monkeypatch.setenv("TF_ENABLE_ONEDNN_OPTS", "0")
    monkeypatch.setattr(fold, "has_gpu", lambda: False)
    model = NETWORKS["i3d"]()
    randomize(model, random)
    folded, actual, expected = outputs_of(model, "float32", random)
    kinds = collections.Counter(type(layer) for layer in folded.layers)
    assert (kinds[BlockedConv3D], kinds[ShiftedMaxPooling3D]) == (1, 9)
    assert np.abs(actual - expected).max() < 1e-5 * np.abs(expected).max()
