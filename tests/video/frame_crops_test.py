import numpy as np
import pytest

from keras_wsad.errors import ConfigError
from keras_wsad.video.frame_crops import FrameCrops
from keras_wsad.video.frame_crops import cut_clip


@pytest.mark.parametrize(("height", "width"), [(30, 40), (41, 20), (20, 20)])
def test_ten_crops_are_five_and_their_mirror_images(random, height, width):
    frame = random.integers(0, 256, (height, width, 3), np.uint8)
    top, left = (height - 20) // 2, (width - 20) // 2
    five = [
        frame[top : top + 20, left : left + 20],
        frame[:20, :20],
        frame[:20, width - 20 :],
        frame[height - 20 :, :20],
        frame[height - 20 :, width - 20 :],
    ]
    ten = [*five, *(crop[:, ::-1] for crop in five)]
    for crops in (1, 5, 10):
        cropped = FrameCrops(frame, 20, crops)
        cut = [cropped.cut(number) for number in range(crops)]
        np.testing.assert_array_equal(cut, ten[:crops])


def test_a_clip_is_one_crop_of_each_frame(random):
    frames = [random.integers(0, 256, (24, 30, 3), np.uint8) for _ in range(4)]
    clip = np.empty((4, 20, 20, 3), np.uint8)
    cut_clip([FrameCrops(frame, 20, 10) for frame in frames], 7, clip)
    expected = [frame[:20, -20:][:, ::-1] for frame in frames]
    np.testing.assert_array_equal(clip, expected)


def test_a_frame_smaller_than_a_crop_and_other_counts_raise():
    frame = np.zeros((30, 40, 3), np.uint8)
    with pytest.raises(ConfigError, match="at least 32 x 32"):
        FrameCrops(frame, size=32)
    with pytest.raises(ConfigError, match="crops in"):
        FrameCrops(frame, size=20, crops=3)
