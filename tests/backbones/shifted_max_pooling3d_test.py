import keras
import numpy as np
import pytest

from keras_wsad.backbones.shifted_max_pooling3d import ShiftedMaxPooling3D


@pytest.mark.parametrize("pool", [3, (1, 2, 4)])
def test_outputs_are_those_of_a_max_pooling(pool, random):
    # Numbers below zero show what the padding is.
    maps = random.normal(size=(2, 5, 8, 7, 3)).astype("float32") - 2
    plain = keras.layers.MaxPooling3D(pool, strides=1, padding="same")(maps)
    shifted = ShiftedMaxPooling3D(pool, strides=1, padding="same")(maps)
    np.testing.assert_array_equal(
        keras.ops.convert_to_numpy(shifted), keras.ops.convert_to_numpy(plain)
    )
