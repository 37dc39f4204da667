import numpy as np
import pytest
from keras import ops

from keras_wsad.layers import SecondLevelAttention
from tests.check_layer import check_layer


def test_basics(random):
    inputs = random.random((3, 4, 6), "float32")
    check_layer(SecondLevelAttention, {"units": 5}, inputs, (3, 4))


def test_value_by_hand():
    layer = SecondLevelAttention(units=1)
    layer.build((None, 2, 1))
    # relu(x) of 2 and -1 is 2 and 0, side by side (2, 0). The first unit reads
    # 2 * 1 + 0 * 5 - 2 = 0, the second 2 * 0 + 0 * 1 + 1 = 1.
    layer.latent.set_weights([np.array([[1.0]]), np.array([0.0])])
    layer.score.set_weights([np.array([[1.0, 0.0], [5.0, 1.0]]), np.array([-2.0, 1.0])])
    beta = ops.convert_to_numpy(layer(np.array([[[2.0], [-1.0]]], "float32")))
    np.testing.assert_allclose(beta[0], [0.5, 1 / (1 + np.exp(-1.0))], rtol=1e-6)


def test_order_of_segments_matters(random):
    inputs = random.normal(size=(2, 4, 6)).astype("float32")
    layer = SecondLevelAttention(units=5)
    forward = ops.convert_to_numpy(layer(inputs))
    backward = ops.convert_to_numpy(layer(inputs[:, ::-1]))
    assert np.abs(forward - backward).max() > 1e-3


def test_unknown_number_of_segments_raises():
    with pytest.raises(ValueError, match="fixed number of segments"):
        SecondLevelAttention().build((None, None, 8))
