import numpy as np
import pytest
from keras import ops

from keras_wsad.layers import EquivariantAttention
from tests.check_layer import check_layer


def test_basics(random):
    inputs = random.random((3, 4, 6), "float32")
    check_layer(EquivariantAttention, {"units": 5}, inputs, (3, 4))


def test_value_by_hand():
    layer = EquivariantAttention(units=1)
    layer.build((None, 2, 1))
    # m, the mean of 3 and 1, is 2. r + 2 m - 2 (r - m) is 3 + 4 - 2 = 5 and 1 + 4 + 2 = 7.
    layer.latent.set_weights([np.array([[1.0], [2.0], [-2.0]]), np.array([0.0])])
    layer.score.set_weights([np.array([[0.5]]), np.array([9.0])])
    beta = ops.convert_to_numpy(layer(np.array([[[3.0], [1.0]]], "float32")))
    expected = np.exp([2.5, 3.5]) / np.exp([2.5, 3.5]).sum()
    np.testing.assert_allclose(beta[0], expected, rtol=1e-5)


def test_attention_moves_along_with_the_segments(random):
    inputs = random.normal(size=(2, 7, 6)).astype("float32")
    layer = EquivariantAttention(units=5)
    beta = ops.convert_to_numpy(layer(inputs))
    order = random.permutation(7)
    again = ops.convert_to_numpy(layer(inputs[:, order]))
    np.testing.assert_allclose(again, beta[:, order], rtol=1e-5)
    np.testing.assert_allclose(beta.sum(axis=1), 1, rtol=1e-5)


def test_the_number_of_segments_is_free(random):
    layer = EquivariantAttention(units=5)
    for segments in (4, 9):
        inputs = random.random((2, segments, 6), "float32")
        assert tuple(layer(inputs).shape) == (2, segments)


def test_another_rank_raises():
    with pytest.raises(ValueError, match="batch, segments, latent"):
        EquivariantAttention().build((None, 8))
