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


def test_the_scale_stretches_time():
    adjacency = np.array(
        TemporalConsistencyGraph(scale=2.0)(np.zeros((1, 3, 1), "float32"))
    )
    # exp(-0), exp(-1/2), exp(-1).
    np.testing.assert_allclose(adjacency[0, 0], [1, 0.606531, 0.367879], rtol=1e-5)
