import struct
import warnings

import numpy as np
import pytest

from keras_wsad.errors import VideoError
from keras_wsad.video import DamagedVideoWarning
from keras_wsad.video import decode_frames
from keras_wsad.video import probe_video
from tests.video.make_video import level
from tests.video.make_video import make_video


def test_frames_come_whole_and_in_order(tmp_path):
    path = make_video(tmp_path / "v.mp4", num_frames=90)
    frames = list(decode_frames(path, short_side=None))
    assert len(frames) == 90
    assert all(frame.shape == (48, 64, 3) and frame.dtype == np.uint8 for frame in frames)
    levels = [level(frame) for frame in frames]
    np.testing.assert_allclose(levels, np.arange(40, 130), atol=3)


def test_the_short_side_is_resized_and_the_aspect_kept(tmp_path):
    for size, expected in (((64, 48), (256, 341, 3)), ((48, 64), (341, 256, 3))):
        path = make_video(tmp_path / "v.mp4", num_frames=2, size=size)
        assert next(decode_frames(path)).shape == expected


def test_probing_needs_no_decoding_and_counts_alike(tmp_path):
    info = probe_video(make_video(tmp_path / "v.mp4", num_frames=77, fps=25))
    assert (info.num_frames, info.fps, info.width, info.height) == (77, 25.0, 64, 48)
    assert info.seconds == pytest.approx(77 / 25)


@pytest.mark.parametrize(
    ("codec", "pixels", "name", "size"),
    [
        ("libx264", "gray", "v.mp4", (64, 48)),
        ("libx264", "yuv420p10le", "v.mp4", (64, 48)),
        ("libx264", "yuv444p", "v.mkv", (63, 47)),
        ("mpeg4", "yuv420p", "v.avi", (64, 48)),
        ("rawvideo", "rgb24", "v.avi", (33, 31)),
    ],
)
def test_other_formats_and_odd_sizes_become_rgb(tmp_path, codec, pixels, name, size):
    path = make_video(tmp_path / name, 5, size, codec, pixels)
    frames = list(decode_frames(path, short_side=None))
    assert [frame.shape for frame in frames] == [(size[1], size[0], 3)] * 5
    # Lossy codecs differ by some levels, and untagged grey may be of full or limited range.
    np.testing.assert_allclose(
        [level(frame) for frame in frames], np.arange(40, 45), atol=15
    )
    if pixels == "gray":
        assert (frames[0] == frames[0][..., :1]).all()


def turn(path, a, b, c, d):
    """Writes a rotation into an mp4 file: the matrix in the header of its track."""
    content = path.read_bytes()
    identity = struct.pack(">9i", 65536, 0, 0, 0, 65536, 0, 0, 0, 1 << 30)
    turned = struct.pack(">9i", a << 16, b << 16, 0, c << 16, d << 16, 0, 0, 0, 1 << 30)
    at = content.index(identity, content.index(b"tkhd"))
    path.write_bytes(content[:at] + turned + content[at + len(identity) :])


@pytest.mark.parametrize(
    ("matrix", "shape", "bright"),
    [
        # A telephone held upright: a quarter turn with the clock.
        ((0, 1, -1, 0), (64, 48, 3), "upper right"),
        ((-1, 0, 0, -1), (48, 64, 3), "lower right"),
        ((0, -1, 1, 0), (64, 48, 3), "lower left"),
    ],
)
def test_a_rotation_tag_is_applied(tmp_path, matrix, shape, bright):
    path = make_video(tmp_path / "v.mp4", num_frames=3)
    turn(path, *matrix)
    frame = next(decode_frames(path, short_side=None))
    assert frame.shape == shape
    half = (shape[0] // 2, shape[1] // 2)
    quarters = {
        "upper left": frame[: half[0], : half[1]],
        "upper right": frame[: half[0], half[1] :],
        "lower left": frame[half[0] :, : half[1]],
        "lower right": frame[half[0] :, half[1] :],
    }
    assert max(quarters, key=lambda name: quarters[name].mean()) == bright


def test_a_truncated_video_yields_what_decodes_and_warns(tmp_path):
    # A Matroska file, whose beginning can be read without its end.
    path = make_video(tmp_path / "v.mkv", 300, codec="mpeg4")
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    frames = []
    with pytest.warns(DamagedVideoWarning, match=r"v\.mkv: damaged.*of 10\.0 s"):
        for frame in decode_frames(path, short_side=None):
            frames.append(frame)
    assert 0 < len(frames) < 300
    assert level(frames[0]) == pytest.approx(40, abs=3)


def test_a_damaged_middle_is_told_and_the_rest_decodes(tmp_path):
    path = make_video(tmp_path / "v.mp4", 120, codec="mpeg4")
    content = bytearray(path.read_bytes())
    middle = len(content) // 2
    content[middle : middle + 40] = bytes(40)
    path.write_bytes(content)
    with warnings.catch_warnings(record=True):
        warnings.simplefilter("always")
        frames = list(decode_frames(path, short_side=None))
    assert len(frames) > 60


@pytest.mark.parametrize("content", [b"", b"no video at all" * 100])
def test_what_is_no_video_is_named(tmp_path, content):
    path = tmp_path / "v.mp4"
    path.write_bytes(content)
    with pytest.raises(VideoError, match=r"v\.mp4: expected a video"):
        list(decode_frames(path))
    with pytest.raises(VideoError, match=r"v\.mp4: expected a video"):
        probe_video(path)
    with pytest.raises(VideoError, match=r"nowhere\.mp4"):
        probe_video(tmp_path / "nowhere.mp4")


def test_real_videos_have_the_frames_that_they_have(real_data):
    counts = {}
    for path in sorted((real_data / "ucf_crime" / "videos").glob("*.mp4")):
        decoded = sum(1 for _ in decode_frames(path, short_side=None))
        assert decoded == probe_video(path).num_frames
        counts[path.stem] = decoded
    assert counts["Normal_Videos_006_x264"] == 450
    assert counts["Normal_Videos_025_x264"] == 602
    assert sorted(counts.values()) == [361, 450, 474, 480, 485, 602, 1053]
