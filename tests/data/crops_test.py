import types

import numpy as np

from keras_wsad.data import Video
from keras_wsad.data.crops import average_crops
from keras_wsad.data.crops import rows_of_crops

STORE = types.SimpleNamespace(videos={"a": range(3), "b": range(3, 4)})
VIDEOS = [Video(name="b", label=7), Video(name="a", label=0)]


def test_rows_follow_the_videos_and_not_the_store():
    assert rows_of_crops(STORE, VIDEOS, crops=5) == ([3, 0, 1, 2], [0, 1, 1, 1])


def test_no_more_crops_than_asked_for():
    assert rows_of_crops(STORE, VIDEOS, crops=2) == ([3, 0, 1], [0, 1, 1])


def test_a_video_is_the_mean_of_its_own_crops():
    by_row = np.array([[8.0, 8.0], [1.0, 2.0], [3.0, 4.0]])
    result = average_crops(by_row, [0, 1, 1])
    assert result.dtype == np.float32
    np.testing.assert_array_equal(result, [[8, 8], [2, 3]])
