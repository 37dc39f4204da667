import numpy as np
from keras import ops

from keras_wsad.layers import keras1_hard_sigmoid


def test_it_is_clipped_and_has_a_slope_of_a_fifth():
    x = np.array([-2.6, -2.5, -1.0, 0.0, 2.0, 2.5, 9.0])
    expected = [0.0, 0.0, 0.3, 0.5, 0.9, 1.0, 1.0]
    actual = ops.convert_to_numpy(keras1_hard_sigmoid(ops.convert_to_tensor(x)))
    np.testing.assert_allclose(actual, expected, atol=1e-6)
