import numpy as np
import pytest
from keras import ops

from keras_wsad.layers import SegmentAttention
from tests.check_layer import check_layer


def weights_of(layer, inputs):
    return ops.convert_to_numpy(layer(inputs))


def test_basics(random):
    inputs = random.random((3, 4, 6), "float32")
    check_layer(SegmentAttention, {"units": (5, 2)}, inputs, (3, 4))


def test_value_by_hand():
    layer = SegmentAttention(units=(1, 1))
    layer.build((None, 2, 1))
    # Of x = 0 and .5: tanh(2 x), tanh of that, three times that and 1.
    for step, (kernel, bias) in zip(layer.steps, [(2, 0), (1, 0), (3, 1)], strict=True):
        step.set_weights([np.array([[kernel]]), np.array([bias])])
    weights = weights_of(layer, np.array([[[0.0], [0.5]]], "float32"))
    scores = [1, 3 * np.tanh(np.tanh(1.0)) + 1]
    np.testing.assert_allclose(weights[0], np.exp(scores) / np.exp(scores).sum(), rtol=1e-6)


def test_the_weights_of_a_video_sum_to_one_and_follow_its_segments(random):
    inputs = random.normal(size=(3, 4, 6)).astype("float32")
    layer = SegmentAttention(units=(5, 2))
    weights = weights_of(layer, inputs)
    np.testing.assert_allclose(weights.sum(axis=1), 1, rtol=1e-6)
    backward = weights_of(layer, inputs[:, ::-1])
    np.testing.assert_allclose(backward, weights[:, ::-1], rtol=1e-5)


def test_any_number_of_segments(random):
    layer = SegmentAttention(units=(5, 2))
    for segments in (4, 9):
        inputs = random.random((2, segments, 6), "float32")
        assert weights_of(layer, inputs).shape == (2, segments)


def test_inputs_of_another_rank_raise():
    with pytest.raises(ValueError, match="batch, segments, features"):
        SegmentAttention().build((None, 8))
