import numpy as np
from keras import ops

from keras_wsad.layers import TemporalConsistencyGraph
from tests.check_layer import check_layer


def test_basics(random):
    check_layer(
        TemporalConsistencyGraph, {}, random.random((3, 4, 6), "float32"), (3, 4, 4)
    )


def test_rows_by_hand():
    adjacency = ops.convert_to_numpy(TemporalConsistencyGraph()(np.zeros((2, 3, 5))))
    expected = np.exp([[0, -1, -2], [-1, 0, -1], [-2, -1, 0]])
    np.testing.assert_allclose(adjacency, [expected, expected], rtol=1e-6)


def test_features_do_not_matter(random):
    layer = TemporalConsistencyGraph()
    first, second = (layer(random.random((1, 4, 6), "float32")) for _ in range(2))
    np.testing.assert_array_equal(ops.convert_to_numpy(first), ops.convert_to_numpy(second))
