import numpy as np
import pytest
from keras import ops

from keras_wsad.layers import MagnitudeSelection


def select(layer, features, scores, **kwargs):
    features, scores = np.array(features, "float32"), np.array(scores, "float32")
    return [ops.convert_to_numpy(x) for x in layer(features, scores, **kwargs)]


def test_value_by_hand():
    # Lengths 5, 1, 13 and 2: the third and the first, whose scores are .1 and .3.
    features = [[[3, 4], [0, 1], [5, -12], [2, 0]]]
    score, selected = select(MagnitudeSelection(2), features, [[0.3, 0.9, 0.1, 0.8]])
    assert score[0] == pytest.approx([0.2])
    assert selected[0].tolist() == [[5, -12], [3, 4]]


def test_the_shapes_are_the_promised_ones(random):
    layer = MagnitudeSelection(3)
    for segments, count in ((2, 2), (8, 3)):
        shapes = (4, segments, 5), (4, segments)
        score, selected = select(layer, *map(random.random, shapes))
        assert score.shape == (4, 1)
        assert selected.shape == (4, count, 5)
        assert layer.compute_output_shape(*shapes) == (score.shape, selected.shape)


def test_in_training_shorter_segments_are_selected_too(random):
    features = np.arange(1.0, 11.0)[None, :, None].repeat(200, axis=0)
    layer = MagnitudeSelection(1, dropout=0.7, seed=1)
    _, selected = select(layer, features, random.random((200, 10)), training=True)
    # The longest is there in 30 % of the videos, 60 of 200 with a deviation of 6.5.
    assert 30 < (selected[:, 0, 0] == 10).sum() < 90
    _, selected = select(layer, features, random.random((200, 10)), training=False)
    assert (selected[:, 0, 0] == 10).all()


def test_it_comes_back_from_its_configuration():
    layer = MagnitudeSelection(count=2, dropout=0.25, seed=4)
    again = MagnitudeSelection.from_config(layer.get_config())
    assert again.get_config() == layer.get_config()
    assert again.drop.rate == 0.25


def test_inputs_of_another_rank_raise():
    with pytest.raises(ValueError, match="batch, segments, features"):
        MagnitudeSelection()(np.ones((2, 3)), np.ones((2, 3)))
