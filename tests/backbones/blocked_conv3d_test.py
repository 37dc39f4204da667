import keras
import numpy as np
import pytest

from keras_wsad.backbones.blocked_conv3d import BlockedConv3D


@pytest.mark.parametrize("kernel", [7, (3, 1, 4)])
@pytest.mark.parametrize("size", [(8, 6, 10), (5, 7, 9), (1, 2, 3)])
def test_outputs_are_those_of_a_convolution_with_strides(kernel, size, random):
    settings = {"strides": 2, "padding": "same", "activation": "relu"}
    plain = keras.layers.Conv3D(4, kernel, **settings, bias_initializer="normal")
    blocked = BlockedConv3D(4, kernel, **settings)
    clips = random.normal(size=(2, *size, 3)).astype("float32")
    expected = keras.ops.convert_to_numpy(plain(clips))
    blocked.build(clips.shape)
    blocked.set_weights(plain.get_weights())
    assert expected.any()
    np.testing.assert_allclose(
        keras.ops.convert_to_numpy(blocked(clips)), expected, atol=1e-5
    )
