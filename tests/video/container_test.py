import os

import av
import numpy as np
import pytest
from matplotlib.image import imsave

from keras_wsad.errors import DataError
from keras_wsad.errors import VideoError
from keras_wsad.video import decode_frames
from keras_wsad.video import probe_video
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


@pytest.mark.parametrize(
    ("name", "write", "complaint"),
    [
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
