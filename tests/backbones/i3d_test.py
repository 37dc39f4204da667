import keras
import numpy as np
import pytest

from keras_wsad.backbones import I3D
from keras_wsad.backbones.i3d import BLOCKS
from keras_wsad.errors import ConfigError

SMALL = {"clip_shape": (16, 40, 36, 3), "width": 0.0625}


@pytest.fixture(scope="module")
def published():
    return I3D(num_classes=400)


def test_the_published_size(published):
    trainable = sum(int(np.prod(weight.shape)) for weight in published.trainable_weights)
    assert trainable == 12_689_984
    assert len(published.weights) == 230
    assert published.output_shape == (None, 400)


def test_a_clip_of_64_frames_gives_7168_features():
    model = I3D()
    assert model.input_shape == (None, 64, 224, 224, 3)
    assert model.get_layer("Mixed_5c").output.shape == (None, 8, 7, 7, 1024)
    assert model.output_shape == (None, 7168)


def test_multiply_and_add_operations_are_the_published_number(published):
    """111 billion for a clip: kernel volume times map volume, over all convolutions."""
    total = 0
    for layer in published.layers:
        if isinstance(layer, keras.layers.Conv3D):
            total += np.prod(layer.kernel.shape) * np.prod(layer.output.shape[1:4])
    assert 107e9 < total < 112e9


def same_padding(size, kernel, stride):
    """Padding of TensorFlow's SAME before and after; an odd remainder goes after."""
    total = max((-(-size // stride) - 1) * stride + kernel - size, 0)
    return total // 2, total - total // 2


def windows(x, kernel, strides, fill):
    """All windows of a map: `(b, t, h, w, kt, kh, kw, c)`."""
    pads = [
        same_padding(size, k, s)
        for size, k, s in zip(x.shape[1:4], kernel, strides, strict=True)
    ]
    x = np.pad(x, [(0, 0), *pads, (0, 0)], constant_values=fill)
    view = np.lib.stride_tricks.sliding_window_view(x, kernel, axis=(1, 2, 3))
    view = view[:, :: strides[0], :: strides[1], :: strides[2]]
    return np.moveaxis(view, 4, -1)


def triple(value):
    return value if isinstance(value, tuple) else (value,) * 3


class SlowI3D:
    """An independent network in numpy, by the names of the weights only."""

    def __init__(self, weights):
        self.weights = weights

    def unit(self, x, name, strides=1):
        kernel = self.weights[f"{name}_conv_3d/kernel"]
        view = windows(x, kernel.shape[:3], triple(strides), fill=0)
        x = np.tensordot(view, kernel, axes=([4, 5, 6, 7], [0, 1, 2, 3]))
        mean, variance, beta = (
            self.weights[f"{name}_batch_norm/{kind}"]
            for kind in ("moving_mean", "moving_variance", "beta")
        )
        return np.maximum((x - mean) / np.sqrt(variance + 1e-3) + beta, 0)

    def pool(self, x, size, strides):
        view = windows(x, triple(size), triple(strides), fill=-np.inf)
        return view.max(axis=(4, 5, 6))

    def mixed(self, x, name):
        last = "Conv3d_0a_3x3" if name == "Mixed_5b" else "Conv3d_0b_3x3"
        branch = f"{name}_Branch_"
        return np.concatenate(
            [
                self.unit(x, f"{branch}0_Conv3d_0a_1x1"),
                self.unit(
                    self.unit(x, f"{branch}1_Conv3d_0a_1x1"), f"{branch}1_Conv3d_0b_3x3"
                ),
                self.unit(self.unit(x, f"{branch}2_Conv3d_0a_1x1"), f"{branch}2_{last}"),
                self.unit(self.pool(x, 3, 1), f"{branch}3_Conv3d_0b_1x1"),
            ],
            axis=-1,
        )

    def __call__(self, x):
        x = self.unit(x, "Conv3d_1a_7x7", strides=2)
        x = self.pool(x, (1, 3, 3), (1, 2, 2))
        x = self.unit(self.unit(x, "Conv3d_2b_1x1"), "Conv3d_2c_3x3")
        x = self.pool(x, (1, 3, 3), (1, 2, 2))
        for name in ("Mixed_3b", "Mixed_3c"):
            x = self.mixed(x, name)
        x = self.pool(x, 3, 2)
        for name in ("Mixed_4b", "Mixed_4c", "Mixed_4d", "Mixed_4e", "Mixed_4f"):
            x = self.mixed(x, name)
        x = self.pool(x, 2, 2)
        for name in ("Mixed_5b", "Mixed_5c"):
            x = self.mixed(x, name)
        steps = [x[:, t : t + 2].mean(axis=(1, 2, 3)) for t in range(x.shape[1] - 1)]
        return np.stack(steps, axis=1).reshape(len(x), -1)


def randomize(model, random):
    """Sets all variables to values with which no layer is trivial."""
    for weight in model.weights:
        fan_in = np.prod(weight.shape[:-1]) if len(weight.shape) == 5 else 1
        values = random.normal(size=weight.shape) * np.sqrt(2 / fan_in)
        if "moving_variance" in weight.path:
            values = 0.5 + np.abs(values)
        elif len(weight.shape) == 1:
            values *= 0.1
        weight.assign(values)


@pytest.mark.large
@pytest.mark.parametrize("clip_shape", [(16, 40, 36, 3), (24, 33, 47, 3)])
def test_it_equals_an_independent_network(random, clip_shape):
    """Sides that the strides do not divide show on which side the padding is."""
    model = I3D(clip_shape=clip_shape, width=0.0625)
    randomize(model, random)
    clips = random.uniform(-1, 1, (2, *clip_shape)).astype("float32")
    weights = {w.path: np.asarray(w.numpy(), "float64") for w in model.weights}
    expected = SlowI3D(weights)(clips.astype("float64"))
    actual = model(clips).numpy()
    assert actual.shape == expected.shape
    error = np.abs(actual - expected).max() / np.abs(expected).max()
    assert error < 1e-5
    assert expected.std() > 0


def test_blocks_have_the_published_widths():
    widths = [
        first + second[1] + third[1] + last
        for first, second, third, last in BLOCKS.values()
    ]
    assert widths == [256, 480, 512, 512, 512, 528, 832, 832, 1024]


@pytest.mark.large
def test_it_comes_back_from_its_file(random, tmp_path):
    model = I3D(**SMALL)
    randomize(model, random)
    model.save(tmp_path / "i3d.keras")
    clips = random.uniform(-1, 1, (1, *SMALL["clip_shape"])).astype("float32")
    again = keras.saving.load_model(tmp_path / "i3d.keras")
    np.testing.assert_array_equal(again(clips), model(clips))


def test_short_clips_raise():
    with pytest.raises(ConfigError, match="at least 16 frames"):
        I3D(clip_shape=(8, 224, 224, 3))
