import keras
import numpy as np
import pytest
from keras import ops

from keras_wsad.layers import MaxUnpooling
from tests.check_layer import check_layer


def pool(x, size, stride):
    return ops.convert_to_numpy(ops.max_pool(x, size, stride))


@pytest.mark.parametrize(
    ("shape", "size", "stride"),
    [((3, 7, 7, 2), 3, 2), ((3, 6, 8, 2), 2, 2), ((2, 9, 10, 1), 2, 3)],
)
def test_basics(random, shape, size, stride):
    # Whole numbers, which in half precision are still the same.
    x = random.permutation(np.prod(shape)).reshape(shape).astype("float32")
    pooled = pool(x, size, stride)
    inputs = [x, pooled, random.random(pooled.shape, "float32")]
    check_layer(MaxUnpooling, {"pool_size": size, "strides": stride}, inputs, shape)


@pytest.mark.parametrize(
    ("shape", "size", "stride"),
    [
        ((2, 7, 9, 3), 3, 2),
        ((2, 8, 6, 3), 3, 2),
        ((2, 6, 8, 2), 2, 2),
        ((2, 9, 10, 2), 2, 3),
    ],
)
def test_each_value_goes_where_its_window_has_its_maximum(random, shape, size, stride):
    x = random.random(shape, "float32")
    pooled = pool(x, size, stride)
    values = random.random(pooled.shape, "float32")
    expected = np.zeros(shape)
    for sample, row, column, channel in np.ndindex(pooled.shape):
        top, left = row * stride, column * stride
        window = x[sample, top : top + size, left : left + size, channel]
        down, right = np.unravel_index(window.argmax(), window.shape)
        value = values[sample, row, column, channel]
        expected[sample, top + down, left + right, channel] += value
    put_back = MaxUnpooling(size, stride)([x, pooled, values])
    np.testing.assert_allclose(ops.convert_to_numpy(put_back), expected, rtol=1e-6)


def test_pooling_what_was_put_back_gives_the_values(random):
    x = random.random((2, 6, 6, 2), "float32")
    pooled = pool(x, 2, 2)
    values = random.random(pooled.shape, "float32")
    put_back = MaxUnpooling(2, 2)([x, pooled, values])
    np.testing.assert_array_equal(pool(put_back, 2, 2), values)


def test_a_pooling_of_another_kind_raises(random):
    x = keras.Input((7, 7, 2))
    with pytest.raises(ValueError, match="a pooling with pool_size=3"):
        MaxUnpooling(3, 2)([x, keras.Input((4, 4, 2)), keras.Input((4, 4, 2))])
