import numpy as np
import pytest
from keras import ops

from keras_wsad.layers import GraphConvolution
from tests.check_layer import check_layer


def test_basics(random):
    inputs = [random.random((3, 4, 6), "float32"), random.random((3, 4, 4), "float32")]
    check_layer(GraphConvolution, {"units": 5, "activation": "relu"}, inputs, (3, 4, 5))


def test_value_by_hand():
    layer = GraphConvolution(1)
    layer.build([(None, 2, 1), (None, 2, 2)])
    layer.set_weights([np.array([[2.0]])])
    # Row sums 4 and 1, so that D^-1/2 A D^-1/2 is (1/4, 3/2; 0, 1). X W is (2, 4).
    # 2 / 4 + 4 * 3 / 2 = 6.5, and 4.
    features = np.array([[[1.0], [2.0]]], "float32")
    adjacency = np.array([[[1.0, 3.0], [0.0, 1.0]]], "float32")
    output = ops.convert_to_numpy(layer([features, adjacency]))
    np.testing.assert_allclose(output[0, :, 0], [6.5, 4.0], rtol=1e-6)


def test_a_graph_without_edges_leaves_segments_alone(random):
    features = random.random((1, 4, 6), "float32")
    layer = GraphConvolution(3)
    alone = np.eye(4, dtype="float32")[None]
    output = ops.convert_to_numpy(layer([features, alone]))
    np.testing.assert_allclose(output, features @ layer.get_weights()[0], rtol=1e-5)


def test_an_adjacency_of_other_segments_raises():
    with pytest.raises(ValueError, match="segments, segments"):
        GraphConvolution(3)([np.ones((1, 4, 6)), np.ones((1, 4, 5))])
