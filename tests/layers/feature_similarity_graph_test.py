import numpy as np
from keras import ops

from keras_wsad.layers import FeatureSimilarityGraph
from tests.check_layer import check_layer


def graph(features):
    return ops.convert_to_numpy(FeatureSimilarityGraph()(features.astype("float32")))


def test_basics(random):
    check_layer(FeatureSimilarityGraph, {}, random.random((3, 4, 6), "float32"), (3, 4, 4))


def test_rows_by_hand():
    # Inner products: (1, 2, 0; 2, 4, 0; 0, 0, 0), less the largest of each row 2, 4, 0.
    adjacency = graph(np.array([[[1.0, 0.0], [2.0, 0.0], [0.0, 0.0]]]))
    expected = np.exp([[-1, 0, -2], [-2, 0, -4], [0, 0, 0]])
    np.testing.assert_allclose(adjacency[0], expected, rtol=1e-6)


def test_segments_that_look_alike_are_joined_closest():
    adjacency = graph(np.array([[[3.0, 0.0], [0.0, 3.0], [3.0, 0.0]]]))
    assert adjacency[0, 0, 2] == 1
    assert adjacency[0, 0, 1] < 0.001


def test_large_features_do_not_overflow():
    adjacency = graph(np.full((1, 3, 8), 1e3))
    np.testing.assert_array_equal(adjacency, 1)
