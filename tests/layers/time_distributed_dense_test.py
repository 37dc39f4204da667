import numpy as np
import pytest
from keras import ops

from keras_wsad.layers import TimeDistributedDense
from tests.check_layer import check_layer


def test_basics(random):
    inputs = random.random((3, 4, 5), "float32")
    check_layer(TimeDistributedDense, {"units": 6}, inputs, (3, 4, 6))


def test_value_by_hand():
    layer = TimeDistributedDense(1, activation="relu")
    layer.build((None, 2, 2))
    layer.set_weights([np.array([[2.0], [-1.0]]), np.array([0.5])])
    # 2 * 1 - 1 * 3 + 0.5 = -0.5, of which relu makes 0; 2 * 4 - 1 * 5 + 0.5 = 3.5.
    found = layer(np.array([[[1.0, 3.0], [4.0, 5.0]]], "float32"))
    np.testing.assert_allclose(ops.convert_to_numpy(found), [[[0.0], [3.5]]])


def test_segments_do_not_see_each_other(random):
    layer, inputs = TimeDistributedDense(6), random.random((3, 4, 5), "float32")
    whole = ops.convert_to_numpy(layer(inputs))
    alone = ops.convert_to_numpy(layer(inputs[:, 2:3]))
    np.testing.assert_allclose(alone, whole[:, 2:3], rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("shape", [(3, 4), (3, 2, 4, 5)])
def test_inputs_without_an_axis_of_segments_are_an_error(shape):
    with pytest.raises(ValueError, match="batch, segments, features"):
        TimeDistributedDense(2)(np.ones(shape))
