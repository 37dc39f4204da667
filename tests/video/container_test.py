import os

import av
import numpy as np
import pytest
from matplotlib.image import imsave

from keras_wsad.errors import DataError
from keras_wsad.errors import VideoError
from keras_wsad.video import DamagedVideoWarning
from keras_wsad.video import container as module
from keras_wsad.video import decode_frames
from keras_wsad.video import probe_video
from keras_wsad.video import read_clips
from keras_wsad.video.container import decoding
from tests.video.make_video import make_video


def test_a_colon_in_a_name_is_part_of_the_name(tmp_path, monkeypatch):
    make_video(tmp_path / "12:30.mp4", num_frames=3)
    monkeypatch.chdir(tmp_path)
    assert probe_video("12:30.mp4").num_frames == len(list(decode_frames("12:30.mp4"))) == 3


def test_a_title_in_another_encoding_does_not_matter(tmp_path):
    path = tmp_path / "v.mp4"
    with av.open(str(path), "w") as container:
        container.metadata["title"] = "TITLE"
        track = container.add_stream("mpeg4", rate=30)
        track.width, track.height, track.pix_fmt = 64, 48, "yuv420p"
        image = np.zeros((48, 64, 3), np.uint8)
        container.mux(track.encode(av.VideoFrame.from_ndarray(image, format="rgb24")))
        container.mux(track.encode(None))
    path.write_bytes(path.read_bytes().replace(b"TITLE", b"caf\xe9!"))
    assert len(list(decode_frames(path))) == 1


def cover_of_a_song(path):
    with av.open(str(path), "w") as container:
        sound = container.add_stream("aac", rate=44100)
        cover = container.add_stream("mjpeg", rate=1)
        cover.width, cover.height, cover.pix_fmt = 64, 48, "yuvj420p"
        cover.disposition = av.stream.Disposition.attached_pic.value
        silence = av.AudioFrame.from_ndarray(
            np.zeros((2, 1024), "float32"), format="fltp", layout="stereo"
        )
        silence.sample_rate = 44100
        for _ in range(20):
            container.mux(sound.encode(silence))
        container.mux(sound.encode(None))
        image = np.zeros((48, 64, 3), np.uint8)
        container.mux(cover.encode(av.VideoFrame.from_ndarray(image, format="rgb24")))
        container.mux(cover.encode(None))


def unknown_coding(path):
    make_video(path, 5, codec="mpeg4")
    path.write_bytes(path.read_bytes().replace(b"FMP4", b"ZQZQ"))


def many_samples(path, box=b"stsz", at=8, **options):
    content = bytearray(make_video(path, 20, **options).read_bytes())
    count = content.index(box) + 4 + at
    content[count : count + 4] = (2**24).to_bytes(4, "big")
    path.write_bytes(content)


def many_samples_in_a_fragment(path):
    fragments = {"movflags": "frag_keyframe+empty_moov+default_base_moof"}
    many_samples(path, b"trun", 4, container_options=fragments)


def list_of_videos(path):
    make_video(path.with_name("other.mp4"), 20)
    path.write_text("ffconcat version 1.0\nfile other.mp4\n")


@pytest.mark.parametrize(
    ("name", "write", "complaint"),
    [
        ("list.mp4", list_of_videos, "Cannot be opened"),
        ("many.mp4", many_samples, "declares 16777216 samples in"),
        ("fragment.mp4", many_samples_in_a_fragment, "declares 16777216 samples in"),
        # FFmpeg draws text, and shows a picture, as videos.
        ("notes.txt", lambda path: path.write_text("a line of notes\n" * 50), "is text"),
        ("v.png", lambda path: imsave(path, np.zeros((48, 64, 3))), "is a picture"),
        ("song.mp4", cover_of_a_song, "no picture track"),
        ("v.avi", unknown_coding, "codec is unknown"),
        ("folder.mp4", lambda path: path.mkdir(), "Cannot be opened: Is a directory"),
        ("pipe.mp4", os.mkfifo, "Cannot be opened: Not a regular file"),
    ],
)
def test_what_is_no_video_is_detected(tmp_path, name, write, complaint):
    path = tmp_path / name
    write(path)
    for read in (probe_video, lambda path: next(decode_frames(path))):
        with pytest.raises(VideoError, match=rf"{name}: expected a video\..* {complaint}"):
            read(path)


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (av.FFmpegError(22, "Invalid argument"), "Invalid argument"),
        (MemoryError(), "not enough memory"),
        (OverflowError("too large"), "too large"),
    ],
)
def test_what_a_library_raises_is_said_of_the_video(error, reason):
    expected = rf"v\.mp4: expected a video\..*{reason}"
    with pytest.raises(VideoError, match=expected), decoding("v.mp4"):
        raise error


def test_other_errors_pass_while_decoding():
    for error in (OSError("disk full"), DataError("bad")):
        with pytest.raises(type(error)) as raised, decoding("v.mp4"):
            raise error
        assert raised.value is error


def write_y4m(path, width, height):
    header = b"YUV4MPEG2 W%d H%d F10:1 Ip A1:1 C420jpeg\n" % (width, height)
    frame = b"FRAME\n" + bytes(min(width * height * 3 // 2, 10**6))
    path.write_bytes(header + 3 * frame)
    return path


@pytest.mark.parametrize("size", [(100_000, 2), (8, 30_000), (16_000, 12_000)])
def test_frames_of_a_size_that_no_camera_has_raise(tmp_path, size):
    path = write_y4m(tmp_path / "v.mp4", *size)
    for read in (probe_video, lambda path: list(decode_frames(path))):
        with pytest.raises(VideoError, match=f"pixels a frame.*{size[0]} x {size[1]}"):
            read(path)


def two_sizes(folder):
    """Writes a stream without times, 64 x 48 at first and 96 x 80 from the middle on."""
    parts = [
        make_video(folder / f"{number}.h264", num_frames=20, size=size).read_bytes()
        for number, size in enumerate([(64, 48), (96, 80)])
    ]
    path = folder / "v.mp4"
    path.write_bytes(b"".join(parts))
    return path


def test_a_size_that_changes_midway_is_read(tmp_path):
    path = two_sizes(tmp_path)
    assert len(list(decode_frames(path))) == 40
    shapes = [clip.shape for _, clip in read_clips(path, length=8, stride=8, size=32)]
    assert shapes == 5 * [(1, 8, 32, 32, 3)]


def test_a_decoder_makes_no_frame_of_another_size_than_allowed(tmp_path, monkeypatch):
    path = two_sizes(tmp_path)
    monkeypatch.setattr(module, "_MOST_PIXELS", 64 * 48)
    with pytest.warns(DamagedVideoWarning, match=r"20 frames decode.* do not decode"):
        assert len(list(decode_frames(path))) == 20
