import numpy as np
import pytest
from keras import ops

from keras_wsad.layers import FirstLevelAttention
from tests.check_layer import check_layer


def attention(inputs):
    return ops.convert_to_numpy(FirstLevelAttention(units=5)(inputs))


def test_basics(random):
    inputs = random.random((3, 4, 6), "float32")
    check_layer(FirstLevelAttention, {"units": 5}, inputs, (3, 4))


def test_value_by_hand():
    layer = FirstLevelAttention(units=1)
    layer.build((None, 2, 1))
    # relu(2 x) of x = 1 and -1 is 2 and 0, their mean 1; the scores are 1 * 3 + 0 and
    # 1 * 1 + 0, so that alpha = softmax(3, 1).
    layer.latent.set_weights([np.array([[2.0]]), np.array([0.0])])
    layer.score.set_weights([np.array([[3.0, 1.0]]), np.array([0.0, 0.0])])
    alpha = ops.convert_to_numpy(layer(np.array([[[1.0], [-1.0]]], "float32")))
    expected = np.exp([3.0, 1.0]) / np.exp([3.0, 1.0]).sum()
    np.testing.assert_allclose(alpha[0], expected, rtol=1e-6)


def test_attention_of_a_video_sums_to_one(random):
    alpha = attention(random.normal(size=(3, 4, 6)).astype("float32"))
    np.testing.assert_allclose(alpha.sum(axis=1), 1, rtol=1e-6)


def test_order_of_segments_does_not_matter(random):
    inputs = random.normal(size=(2, 4, 6)).astype("float32")
    layer = FirstLevelAttention(units=5)
    forward = ops.convert_to_numpy(layer(inputs))
    backward = ops.convert_to_numpy(layer(inputs[:, ::-1]))
    np.testing.assert_allclose(forward, backward, rtol=1e-5)


def test_unknown_number_of_segments_raises():
    with pytest.raises(ValueError, match="fixed number of segments"):
        FirstLevelAttention().build((None, None, 8))
