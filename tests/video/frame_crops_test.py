import numpy as np
import pytest

from keras_wsad.errors import ConfigError
from keras_wsad.video import take_crops
from keras_wsad.video.frame_crops import FrameCrops
from keras_wsad.video.frame_crops import cut_clip


@pytest.mark.parametrize("shape", [(30, 40, 3), (41, 20, 3), (20, 20, 3)])
@pytest.mark.parametrize("crops", [1, 5, 10])
def test_crops_are_those_of_take_crops(random, shape, crops):
    frame = random.integers(0, 256, shape, np.uint8)
    cropped = FrameCrops(frame, 20, crops)
    cut = [cropped.cut(number) for number in range(crops)]
    np.testing.assert_array_equal(cut, take_crops(frame, 20, crops))


def test_a_clip_is_one_crop_of_each_frame(random):
    frames = [random.integers(0, 256, (24, 30, 3), np.uint8) for _ in range(4)]
    clip = np.empty((4, 20, 20, 3), np.uint8)
    cut_clip([FrameCrops(frame, 20, 10) for frame in frames], 7, clip)
    expected = [take_crops(frame, 20, 10)[7] for frame in frames]
    np.testing.assert_array_equal(clip, expected)


def test_a_frame_smaller_than_a_crop_raises():
    with pytest.raises(ConfigError, match="at least 32 x 32"):
        FrameCrops(np.zeros((30, 40, 3), np.uint8), size=32)
