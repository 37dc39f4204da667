import numpy as np
import pytest
from keras import ops

from keras_wsad.layers import MeanOfTop
from tests.check_layer import check_layer


def test_basics(random):
    inputs = random.random((3, 32, 2), "float32")
    check_layer(MeanOfTop, {}, inputs, (3, 2))


@pytest.mark.parametrize(("segments", "count"), [(15, 1), (16, 2), (32, 3)])
def test_each_score_has_its_own_highest_segments(segments, count):
    rising = np.arange(segments, dtype="float32")
    inputs = np.stack([rising, -rising], axis=-1)[None]
    means = ops.convert_to_numpy(MeanOfTop()(inputs))[0]
    expected = [rising[-count:].mean(), -rising[:count].mean()]
    np.testing.assert_allclose(means, expected)


def test_scores_are_of_rank_3():
    with pytest.raises(ValueError, match="batch, segments, scores"):
        MeanOfTop()(np.ones((2, 32), "float32"))
