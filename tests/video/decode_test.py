import pathlib
import resource
import struct
from fractions import Fraction

import av
import numpy as np
import pytest

from keras_wsad.errors import VideoError
from keras_wsad.video import decode_frames
from keras_wsad.video import probe_video
from keras_wsad.video.decode import DecodedFrames
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


@pytest.mark.parametrize("name", ["v.mkv", "v.mp4"])
def test_the_frame_rate_is_the_mean_of_those_that_vary(tmp_path, name):
    """Matroska states 30 of this one."""
    path, millisecond = tmp_path / name, Fraction(1, 1000)
    # The first half at 10 frames a second, the rest at 25.
    times = [*range(0, 3000, 100), *range(3000, 4240, 40)]
    with av.open(str(path), "w") as container:
        track = container.add_stream("libx264", rate=30)
        track.width, track.height, track.pix_fmt = 64, 48, "yuv420p"
        track.codec_context.time_base = millisecond
        for time in times:
            image = np.full((48, 64, 3), 90, np.uint8)
            frame = av.VideoFrame.from_ndarray(image, format="rgb24")
            frame.pts, frame.time_base = time, millisecond
            container.mux(track.encode(frame))
        container.mux(track.encode(None))
    info = probe_video(path)
    assert info.num_frames == len(times) == 61
    assert info.fps == pytest.approx(60 / 4.2, rel=0.01)


def test_clocks_that_are_set_back_leave_the_stated_rate(tmp_path):
    part = make_video(tmp_path / "part.ts", num_frames=40)
    path = tmp_path / "v.ts"
    path.write_bytes(part.read_bytes() * 2)
    assert (probe_video(path).num_frames, probe_video(path).fps) == (80, 30.0)


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
    decoded = DecodedFrames(path)
    grey = decoded.to_grey(next(iter(decoded)))
    np.testing.assert_allclose(grey, frame.mean(axis=-1), atol=3)
    half = (shape[0] // 2, shape[1] // 2)
    quarters = {
        "upper left": frame[: half[0], : half[1]],
        "upper right": frame[: half[0], half[1] :],
        "lower left": frame[half[0] :, : half[1]],
        "lower right": frame[half[0] :, half[1] :],
    }
    assert max(quarters, key=lambda name: quarters[name].mean()) == bright


def test_enlarging_is_bilinear(tmp_path):
    """Between two levels there are others, and none beyond them, as cubics would make."""
    path = tmp_path / "v.avi"
    image = np.full((48, 64, 3), 60, np.uint8)
    image[:, 32:] = 180
    with av.open(str(path), "w") as container:
        track = container.add_stream("rawvideo", rate=30)
        track.width, track.height, track.pix_fmt = 64, 48, "bgr24"
        frame = av.VideoFrame.from_ndarray(image, format="rgb24")
        container.mux(track.encode(frame.reformat(format="bgr24")))
        container.mux(track.encode(None))
    row = next(decode_frames(path))[128, :, 0].astype(int)
    assert len(np.unique(row)) > 4
    assert (np.diff(row) >= 0).all()
    assert (row.min(), row.max()) == pytest.approx((60, 180), abs=2)


def test_memory_does_not_grow_with_the_length(tmp_path):
    """300 frames, of 0.9 MB each once they are decoded."""
    status = pathlib.Path("/proc/self/statm")
    if not status.is_file():
        pytest.skip("no /proc to read the memory of the process from")

    def megabytes():
        return int(status.read_text().split()[1]) * resource.getpagesize() / 1e6

    path = make_video(tmp_path / "v.mp4", 300, size=(640, 480))
    before, peak = megabytes(), 0
    for frame in decode_frames(path, short_side=None):
        assert frame.nbytes == 921_600
        peak = max(peak, megabytes())
    assert peak - before < 100


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
