import itertools
import warnings

import av
import numpy as np
import pytest

from keras_wsad.video import DamagedVideoWarning
from keras_wsad.video import decode
from keras_wsad.video import decode_frames
from keras_wsad.video import probe_video
from keras_wsad.video.container import open_video
from keras_wsad.video.decode import DecodedFrames
from tests.video.make_video import cut_video
from tests.video.make_video import level
from tests.video.make_video import make_video


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
    """Its first frames are only needed to decode the next ones, and are not shown."""
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
