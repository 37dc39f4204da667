import itertools
import pathlib
import resource
import struct
import warnings
from fractions import Fraction

import av
import numpy as np
import pytest

from keras_wsad.errors import VideoError
from keras_wsad.video import DamagedVideoWarning
from keras_wsad.video import decode
from keras_wsad.video import decode_frames
from keras_wsad.video import probe_video
from keras_wsad.video.container import open_video
from keras_wsad.video.decode import DecodedFrames
from tests.video.make_video import cut_video
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
    told = r"119 of 120 frames decode, .* 1 packets do not decode, the first after 2\.\d s"
    with pytest.warns(DamagedVideoWarning, match=told):
        frames = list(decode_frames(path, short_side=None))
    assert len(frames) == 119


def test_frames_that_the_decoder_had_to_patch_up_are_told(tmp_path):
    path = make_video(tmp_path / "v.avi", 300, codec="mpeg4")
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    with pytest.warns(DamagedVideoWarning, match=r"of 300 .*1 frames are patched up"):
        frames = list(decode_frames(path, short_side=None))
    assert 100 < len(frames) < 200


def test_where_reading_fails_the_frames_in_hand_come_still(tmp_path, monkeypatch):
    path = make_video(tmp_path / "v.mp4", num_frames=60)

    class FailingContainer:
        duration = 0

        def __init__(self, container):
            self.container = container

        def __enter__(self):
            return self

        def __exit__(self, *exception):
            self.container.close()

        def demux(self, stream):
            yield from itertools.islice(self.container.demux(stream), 40)
            raise av.InvalidDataError(1, "the disk is gone")

    def open_failing(path):
        container, stream = open_video(path)
        return FailingContainer(container), stream

    monkeypatch.setattr(decode, "open_video", open_failing)
    with pytest.warns(DamagedVideoWarning, match=r"40 of 60 .* cannot be read"):
        frames = list(decode_frames(path, short_side=None))
    assert len(frames) == 40
    assert probe_video(path).num_frames == 40


def test_what_a_cut_without_encoding_leaves_out_is_no_damage(tmp_path):
    """Its first frames are in the file to decode the next ones, and are not shown."""
    path = cut_video(tmp_path / "cut.mp4", make_video(tmp_path / "whole.mp4", 120))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        frames = list(decode_frames(path, short_side=None))
    assert len(frames) == probe_video(path).num_frames == 90
    assert level(frames[0]) == pytest.approx(70, abs=3)


def test_sound_that_goes_on_is_no_damage(tmp_path):
    path = tmp_path / "v.mkv"
    with av.open(str(path), "w") as container:
        track = container.add_stream("mpeg4", rate=30)
        track.width, track.height, track.pix_fmt = 64, 48, "yuv420p"
        sound = container.add_stream("aac", rate=44100)
        for _ in range(30):
            image = np.full((48, 64, 3), 90, np.uint8)
            container.mux(track.encode(av.VideoFrame.from_ndarray(image, format="rgb24")))
        container.mux(track.encode(None))
        silence = av.AudioFrame.from_ndarray(
            np.zeros((2, 1024), "float32"), format="fltp", layout="stereo"
        )
        silence.sample_rate = 44100
        for _ in range(430):
            container.mux(sound.encode(silence))
        container.mux(sound.encode(None))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert len(list(decode_frames(path, short_side=None))) == 30


def test_a_change_of_size_and_a_late_beginning_are_no_damage(tmp_path):
    parts = [
        make_video(tmp_path / f"{size[0]}.ts", 20, size) for size in ((64, 48), (96, 96))
    ]
    path = tmp_path / "v.ts"
    path.write_bytes(b"".join(part.read_bytes() for part in parts))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        frames = list(decode_frames(path))
    shapes = [frame.shape for frame in frames]
    assert shapes == [(256, 341, 3)] * 20 + [(256, 256, 3)] * 20


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


def test_a_damaged_video_is_the_same_each_time(tmp_path, random):
    texture = random.integers(0, 256, (240, 320, 3), np.uint8)
    path = tmp_path / "v.mp4"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=30)
        stream.width, stream.height, stream.pix_fmt = 320, 240, "yuv420p"
        for number in range(60):
            image = np.roll(texture, 3 * number, axis=1)
            frame = av.VideoFrame.from_ndarray(image, format="rgb24")
            container.mux(stream.encode(frame.reformat(format="yuv420p")))
        container.mux(stream.encode(None))
    content = bytearray(path.read_bytes())
    for place in range(len(content) // 4, len(content) // 2, 3000):
        content[place : place + 40] = random.bytes(40)
    path.write_bytes(content)

    def read():
        frames = DecodedFrames(path)
        pixels = [frames.to_rgb(frame, 64) for frame in frames]
        return np.stack(pixels), frames.damage

    (first, damage), *others = (read() for _ in range(4))
    assert "patched up" in damage or "do not decode" in damage
    for pixels, found in others:
        np.testing.assert_array_equal(pixels, first)
        assert found == damage
