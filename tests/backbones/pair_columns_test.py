import keras
import numpy as np
import pytest

from keras_wsad.backbones.pair_columns import can_pair_columns
from keras_wsad.backbones.pair_columns import pair_columns
from keras_wsad.backbones.pair_columns import pair_kernel
from keras_wsad.backbones.pair_columns import paired_settings


@pytest.mark.large
@pytest.mark.parametrize("padding", ["same", "valid"])
@pytest.mark.parametrize("kernel", [7, 4, 2, 1])
@pytest.mark.parametrize("width", [16, 17])
def test_the_sums_are_the_same(random, padding, kernel, width):
    inputs = keras.Input((5, 9, width, 3))
    layer = keras.layers.Conv3D(
        4, (3, 2, kernel), (1, 2, 2), padding=padding, name="convolution"
    )
    plain = keras.Model(inputs, layer(inputs))
    if padding == "valid" and (width - kernel) % 2 and kernel % 2 == 0:
        # The last column is in no window.
        assert not can_pair_columns(layer)
        return
    assert can_pair_columns(layer)
    paired = keras.layers.Conv3D.from_config(layer.get_config() | paired_settings(layer))
    model = keras.Model(inputs, paired(pair_columns(inputs, layer)))
    paired.set_weights([pair_kernel(layer.get_weights()[0]), random.normal(size=4)])
    layer.set_weights([layer.get_weights()[0], paired.get_weights()[1]])
    clips = random.normal(size=(2, 5, 9, width, 3)).astype("float32")
    expected = plain.predict(clips, verbose=0)
    assert expected.std() > 0
    np.testing.assert_allclose(model.predict(clips, verbose=0), expected, atol=1e-5)


@pytest.mark.parametrize(("channels", "strides"), [(3, 1), (3, (1, 2, 1)), (3, 3), (16, 2)])
def test_other_convolutions_are_left_alone(channels, strides):
    layer = keras.layers.Conv3D(4, 3, strides)
    layer(keras.Input((8, 8, 8, channels)))
    assert not can_pair_columns(layer)
