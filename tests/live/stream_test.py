"""Streams, against servers of their own on loopback."""

import contextlib
import functools
import time

import numpy as np
import pytest

from benchmarks.stream_server import StreamServer
from benchmarks.stream_server import sound_stream
from benchmarks.stream_server import transport_stream
from keras_wsad.errors import VideoError
from keras_wsad.live.backoff import Backoff
from keras_wsad.live.clip_cutter import ClipCutter
from keras_wsad.live.meter import Meter
from keras_wsad.live.open_source import open_source
from keras_wsad.live.reader import Reader
from keras_wsad.live.stream import Stream
from keras_wsad.video.decode import decode_frames
from tests.video.make_video import make_video

SPEED = 10.0


@pytest.fixture(scope="module")
def minute(tmp_path_factory):
    """A minute of video at 10 frames per second."""
    path = tmp_path_factory.mktemp("live") / "minute.mp4"
    return make_video(path, 600, fps=10)


@pytest.fixture
def camera(minute):
    with StreamServer(functools.partial(transport_stream, minute), SPEED) as server:
        yield server


def no_problem(text):
    raise AssertionError(text)


def read(source, extraction, **options):
    """Opens a `Reader` of a URL and its `Meter`, with short time-outs."""
    meter = Meter()
    first, connect = open_source(source, no_problem, timeout=(2.0, 2.0), **options)
    reader = Reader(
        first,
        connect,
        lambda: ClipCutter(extraction, 1),
        meter,
        size=100,
        silence=options.get("silence", 20.0),
        backoff=Backoff(first=0.1, longest=0.2),
    )
    return reader, meter


def wait_for(condition, seconds=60.0):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it never came"
        time.sleep(0.02)


def test_the_frames_of_a_file_are_those_that_predict_sees(video):
    stream = Stream(video)
    assert stream.description == "64 x 48 pixels, 30 frames per second, h264"
    found = list(stream)
    assert len(found) == 90
    assert [round(seconds * 30) for _, seconds, _ in found] == list(range(90))
    expected = list(decode_frames(video, None))
    for (_, _, frame), pixels in zip(found, expected, strict=True):
        difference = frame.to_ndarray(format="rgb24").astype(int) - pixels
        assert np.abs(difference).max() <= 2


def test_a_stream_by_http_is_the_video(camera, minute):
    stream = Stream(camera.url, timeout=(5.0, 5.0))
    assert stream.description.startswith("64 x 48 pixels, 10 frames")
    seconds = []
    # FFmpeg calls the end of a stream of unknown length an error.
    with contextlib.suppress(VideoError):
        seconds.extend(at for _, at, _ in stream)
    assert len(seconds) > 580
    np.testing.assert_allclose(seconds, np.arange(len(seconds)) / 10, atol=1e-3)


def test_what_is_no_video_is_an_error_without_the_password(tmp_path):
    (tmp_path / "text.mp4").write_text("no video")
    with pytest.raises(VideoError, match=r"text\.mp4: expected a video"):
        open_source(tmp_path / "text.mp4", no_problem)
    with pytest.raises(VideoError, match="/dev/null: expected a video"):
        open_source("/dev/null", no_problem)
    with StreamServer(list) as server:
        port = server.port
    for scheme in ("http", "rtsp"):
        url = f"{scheme}://admin:secret@127.0.0.1:{port}/live?token=secret"
        with pytest.raises(VideoError, match="refused") as error:
            open_source(url, no_problem)
        assert f"{scheme}://127.0.0.1:{port}/live: " in str(error.value)
        assert "secret" not in str(error.value)


def test_a_server_that_accepts_and_is_silent_is_a_time_out(camera):
    camera.stalled.set()
    with pytest.raises(VideoError, match="Cannot be opened"):
        Stream(camera.url, timeout=(1.0, 1.0))


def test_sound_alone_is_no_source():
    with (
        StreamServer(lambda: sound_stream(60.0), SPEED) as server,
        pytest.raises(VideoError, match="no picture track"),
    ):
        Stream(server.url, timeout=(5.0, 5.0))


def test_a_cut_stream_is_opened_again(camera, compact_run):
    reader, meter = read(camera.url, compact_run.load_extraction())
    with reader:
        for number in (1, 2):
            assert reader.next_clip(timeout=30.0)
            clients = camera.clients
            camera.cut()
            wait_for(lambda clients=clients: camera.clients > clients)
            wait_for(lambda: meter.state == "live")
            assert meter.status()["reconnects"] >= number
            # Clips of the new connection begin anew.
            wait_for(lambda: reader.next_clip().start == 0.0)


def test_a_stalled_stream_is_opened_again(camera, compact_run):
    reader, meter = read(camera.url, compact_run.load_extraction())
    with reader:
        assert reader.next_clip(timeout=30.0)
        camera.stalled.set()
        wait_for(lambda: meter.state == "down")
        assert meter.status()["problem"]
        camera.stalled.clear()
        wait_for(lambda: meter.state == "live")
        assert meter.status()["reconnects"] >= 1


def test_a_camera_that_went_away_is_awaited(camera, minute, compact_run):
    reader, meter = read(camera.url, compact_run.load_extraction())
    content = functools.partial(transport_stream, minute)
    with reader:
        assert reader.next_clip(timeout=30.0)
        camera.__exit__()
        wait_for(lambda: "refused" in (meter.status()["problem"] or ""))
        with StreamServer(content, SPEED, camera.port):
            wait_for(lambda: meter.state == "live")
        # The fixture ends what has ended without harm.


def test_pictures_that_end_while_sound_goes_on_are_silence(compact_run):
    frames = [np.full((48, 64, 3), 5 * i, np.uint8) for i in range(40)]
    with StreamServer(lambda: sound_stream(60.0, frames)) as server:
        options = {"silence": 1.5}
        reader, meter = read(server.url, compact_run.load_extraction(), **options)
        with reader:
            wait_for(lambda: meter.state == "down")
            problem = meter.status()["problem"]
            assert "o picture for 1.5 s" in problem or "No frame for 1.5 s" in problem
            wait_for(lambda: server.clients >= 2)
