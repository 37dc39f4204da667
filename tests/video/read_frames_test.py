import pytest

from keras_wsad.errors import VideoError
from keras_wsad.video import decode_frames
from keras_wsad.video.read_frames import read_frames
from tests.video.make_video import cut_video
from tests.video.make_video import level
from tests.video.make_video import make_video


@pytest.mark.parametrize(
    ("suffix", "codec"), [(".mp4", "libx264"), (".avi", "mpeg4"), (".ts", "libx264")]
)
def test_frames_are_those_that_decoding_counts(tmp_path, suffix, codec):
    path = make_video(tmp_path / f"v{suffix}", num_frames=60, codec=codec)
    levels = [level(frame) for frame in decode_frames(path, short_side=None)]
    found = read_frames(path, [59, 0, 7, 30])
    assert {place: level(frame) for place, frame in found.items()} == {
        place: levels[place] for place in (0, 7, 30, 59)
    }


def test_frames_that_are_not_shown_are_not_counted(tmp_path):
    path = cut_video(tmp_path / "12:30.mp4", make_video(tmp_path / "whole.mp4", 120))
    levels = [level(frame) for frame in decode_frames(path, short_side=None)]
    found = read_frames(path, [0, 5, 89, 90])
    assert {place: level(frame) for place, frame in found.items()} == {
        place: levels[place] for place in (0, 5, 89)
    }


def test_frames_past_the_end_are_left_out(tmp_path):
    path = make_video(tmp_path / "v.mp4", num_frames=5)
    assert set(read_frames(path, [-1, 4, 5, 400])) == {4}
    assert read_frames(path, [0], short_side=24)[0].shape == (24, 32, 3)


def test_what_is_no_video_raises(tmp_path):
    (tmp_path / "v.mp4").write_text("no video")
    with pytest.raises(VideoError, match="expected a video"):
        read_frames(tmp_path / "v.mp4", [0])
