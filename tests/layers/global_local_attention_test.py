import math

import numpy as np
import pytest
from keras import ops

from keras_wsad.layers import GlobalLocalAttention
from tests.check_layer import check_layer


def test_basics(random):
    inputs = random.random((3, 4, 16), "float32")
    check_layer(GlobalLocalAttention, {"heads": 2}, inputs, (3, 4, 8))


def test_value_by_hand():
    # One head of one feature, two segments: q, k, v, t.
    inputs = np.array([[[math.log(3), 0, 1, 1], [0, 1, 5, 0]]], "float32")
    output = ops.convert_to_numpy(GlobalLocalAttention(heads=1)(inputs))[0]
    # q_0 k = (0, log 3): weights 1/4, 3/4 on v = (1, 5); q_1 k = (0, 0): 1/2, 1/2.
    np.testing.assert_allclose(output[:, 0], [4, 3], rtol=1e-5)
    # exp(-1/e) = 0.692201; the rows of the map are (1, 0.692201) and (0.692201, 1) over
    # 1.692201, and t = (1, 0).
    np.testing.assert_allclose(output[:, 1], [0.590947, 0.409053], rtol=1e-5)


def test_the_second_half_is_a_mean_over_near_segments(random):
    inputs = random.random((1, 7, 8), "float32")
    inputs[:, :, 6:] = 1
    output = ops.convert_to_numpy(GlobalLocalAttention(heads=1)(inputs))
    # Rows of the map sum to one, at the ends of the video too.
    np.testing.assert_allclose(output[:, :, 2:], 1, rtol=1e-5)
    inputs[:, 3, 6:] = 2
    raised = ops.convert_to_numpy(GlobalLocalAttention(heads=1)(inputs))[0, :, 2]
    assert raised.argmax() == 3
    assert (np.diff(raised[:4]) > 0).all() and (np.diff(raised[3:]) < 0).all()


def test_inputs_are_four_parts_of_the_heads():
    with pytest.raises(ValueError, match=r"4 \* heads \* d"):
        GlobalLocalAttention(heads=3)(np.ones((1, 4, 16), "float32"))
