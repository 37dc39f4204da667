import keras
import numpy as np
import pytest
from keras import ops

from keras_wsad.layers import Dense
from tests.check_layer import check_layer


def test_basics(random):
    check_layer(Dense, {"units": 6}, random.random((3, 4, 5), "float32"), (3, 4, 6))


@pytest.mark.parametrize("settings", [{"activation": "relu"}, {"use_bias": False}], ids=str)
def test_it_is_the_dense_layer_of_strengthened_features(random, settings):
    features = random.normal(size=(3, 4, 5)).astype("float32")
    attention = random.random((3, 4), "float32")
    layer, plain = Dense(6, **settings), keras.layers.Dense(6, **settings)
    for one in (layer, plain):
        one.build(features.shape)
    weights = [random.normal(size=weight.shape) for weight in plain.get_weights()]
    for one in (layer, plain):
        one.set_weights(weights)
    expected = plain(features + attention[..., None] * features)
    np.testing.assert_allclose(
        ops.convert_to_numpy(layer(features, attention=attention)),
        ops.convert_to_numpy(expected),
        rtol=1e-5,
        atol=1e-6,
    )
    np.testing.assert_array_equal(
        ops.convert_to_numpy(layer(features)), ops.convert_to_numpy(plain(features))
    )
