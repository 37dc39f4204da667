import numpy as np
import pytest

from keras_wsad.errors import ConfigError
from keras_wsad.video import ClipReader
from keras_wsad.video import clip_starts
from keras_wsad.video import decode_frames
from keras_wsad.video import read_clips
from keras_wsad.video import scale_pixels
from keras_wsad.video.frame_crops import FrameCrops
from tests.video.make_video import level
from tests.video.make_video import make_video


@pytest.mark.parametrize(
    ("num_frames", "expected"),
    [(1, [0]), (63, [0]), (64, [0]), (127, [0]), (128, [0, 64]), (191, [0, 64])],
)
def test_the_tail_that_fills_no_clip_is_left_out(num_frames, expected):
    assert clip_starts(num_frames).tolist() == expected


def test_clips_may_overlap_or_leave_gaps():
    assert clip_starts(130, length=64, stride=16).tolist() == [0, 16, 32, 48, 64]
    assert clip_starts(300, length=16, stride=100).tolist() == [0, 100, 200]


@pytest.mark.parametrize("num_frames", [1, 40, 64, 200, 1413, 2047])
def test_in_a_short_video_a_clip_is_centred_on_each_segment(num_frames):
    starts = clip_starts(num_frames, num_segments=32)
    assert len(starts) == 32
    assert (np.diff(starts) >= 0).all()
    assert starts[0] >= 0
    assert starts[-1] <= max(num_frames - 64, 0)
    centres = (np.arange(32) + 0.5) * num_frames / 32
    inside = (centres >= 32) & (centres <= num_frames - 32)
    np.testing.assert_allclose((starts + 32)[inside], centres[inside], atol=0.5)


def test_a_long_video_is_clipped_alike_with_and_without_segments():
    np.testing.assert_array_equal(clip_starts(2048), clip_starts(2048, num_segments=32))


def test_numbers_below_one_raise():
    with pytest.raises(ConfigError, match="num_frames >= 1"):
        clip_starts(0)
    with pytest.raises(ConfigError, match="stride >= 1"):
        clip_starts(10, stride=0)


@pytest.mark.parametrize("num_segments", [None, 12])
@pytest.mark.parametrize("stride", [5, 8, 20])
def test_a_clip_is_the_frames_that_it_should_be(tmp_path, stride, num_segments):
    path = make_video(tmp_path / "v.mp4", num_frames=70)
    frames = list(decode_frames(path, short_side=256))
    clips = list(read_clips(path, length=8, stride=stride, num_segments=num_segments))
    expected = clip_starts(70, 8, stride, num_segments)
    assert [start for start, _ in clips] == expected.tolist()
    for start, clip in clips:
        assert clip.shape == (1, 8, 224, 224, 3)
        for offset in range(8):
            crop = FrameCrops(frames[start + offset]).cut(0)
            np.testing.assert_array_equal(clip[0, offset], crop)


def test_a_video_shorter_than_a_clip_ends_with_its_last_frame_repeated(tmp_path):
    path = make_video(tmp_path / "v.mp4", num_frames=5)
    ((start, clip),) = read_clips(path, length=8, size=32)
    assert start == 0
    levels = [level(frame) for frame in clip[0]]
    np.testing.assert_allclose(levels, [40, 41, 42, 43, 44, 44, 44, 44], atol=2)
    assert len(list(read_clips(path, length=8, size=32, num_segments=4))) == 4


def test_pixels_are_scaled_to_one():
    scaled = scale_pixels(np.array([0, 127.5, 255]))
    np.testing.assert_allclose(scaled, [-1, 0, 1], atol=1e-6)
    assert scaled.dtype == np.float32


def test_a_reader_that_is_closed_ends_at_the_next_frame(tmp_path):
    reader = ClipReader(make_video(tmp_path / "v.mp4", num_frames=90), 8, 8, size=32)
    for start, _, _ in reader:
        if start == 16:
            reader.close()
    assert reader.starts.tolist() == [0, 8, 16]
    assert reader.num_frames == 25
