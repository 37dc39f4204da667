"""Streams of FFmpeg's HTTP server and of GStreamer's RTSP server, on loopback."""

import contextlib
import functools
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import time

import pytest

from keras_wsad.errors import VideoError
from keras_wsad.live.backoff import Backoff
from keras_wsad.live.clip_cutter import ClipCutter
from keras_wsad.live.meter import Meter
from keras_wsad.live.open_source import open_source
from keras_wsad.live.reader import Reader

pytestmark = pytest.mark.large

RTSP_SERVER = pathlib.Path(__file__).with_name("rtsp_server.py")
BINDINGS = """
import gi
gi.require_version("GstRtspServer", "1.0")
from gi.repository import Gst, GstRtspServer
Gst.init(None)
assert Gst.ElementFactory.find("x264enc")
"""


class Server:
    """A server in a process of its own, which serves pictures or sound."""

    def __init__(self, kind):
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        scheme = {"ffmpeg": "http", "gstreamer": "rtsp"}[kind]
        self.url = f"{scheme}://127.0.0.1:{self.port}/live"
        self._command = getattr(self, f"_{kind}")
        self._process = None

    def start(self, content="pictures"):
        self._process = subprocess.Popen(
            self._command(content), stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )

    def signal(self, number):
        os.kill(self._process.pid, number)

    def kill(self):
        if self._process:
            self._process.kill()
            self._process.wait()

    def _ffmpeg(self, content):
        sources = {
            "pictures": "-f lavfi -i testsrc=size=64x48:rate=10 -c:v libx264 -g 10 "
            "-preset ultrafast -tune zerolatency",
            "sound": "-f lavfi -i sine -c:a mp2",
        }
        options = f"-re {sources[content]} -f mpegts -listen 1 {self.url}"
        return [shutil.which("ffmpeg"), *options.split()]

    def _gstreamer(self, content):
        return ["/usr/bin/python3", str(RTSP_SERVER), str(self.port), content]


@pytest.fixture(params=["ffmpeg", "gstreamer"])
def server(request):
    if request.param == "ffmpeg" and not shutil.which("ffmpeg"):
        pytest.skip("ffmpeg is not installed")
    if request.param == "gstreamer":
        command = ["/usr/bin/python3", "-c", BINDINGS]
        with contextlib.suppress(FileNotFoundError):
            if subprocess.run(command, capture_output=True).returncode == 0:
                command = None
        if command:
            pytest.skip("gst-rtsp-server for Python, or x264enc, is not installed")
    server = Server(request.param)
    yield server
    server.kill()


def open_soon(url):
    """Opens a source whose server is about to start."""
    end = time.monotonic() + 30
    while True:
        try:
            return open_source(url, print, timeout=(3.0, 3.0))
        except VideoError as error:
            if "refused" not in str(error) or time.monotonic() > end:
                raise
            time.sleep(0.2)


@pytest.fixture
def reading(server, compact_run):
    """A `Reader` of the server, and its `Meter`."""
    server.start()
    first, connect = open_soon(server.url)
    assert first.description.startswith("64 x 48 pixels, ")
    assert first.description.endswith("h264")
    meter = Meter()
    cutter = functools.partial(ClipCutter, compact_run.load_extraction(), 1)
    backoff = Backoff(first=0.2, longest=0.5)
    with Reader(first, connect, cutter, meter, size=100, backoff=backoff) as reader:
        assert reader.next_clip(timeout=30.0)
        yield reader, meter


def wait_for_state(meter, state):
    end = time.monotonic() + 60
    while meter.state != state:
        assert time.monotonic() < end, meter.status()
        time.sleep(0.05)


def test_a_server_that_dies_is_refused_and_then_opened_again(server, reading):
    reader, meter = reading
    server.kill()
    wait_for_state(meter, "down")
    end = time.monotonic() + 30
    while "refused" not in (meter.status()["problem"] or ""):
        assert time.monotonic() < end, meter.status()
        time.sleep(0.05)
    server.start()
    wait_for_state(meter, "live")
    while reader.next_clip(timeout=30.0).start > 0.0:
        pass
    assert meter.status()["reconnects"] >= 2


def test_a_stopped_server_is_down_within_the_time_out(server, reading):
    _, meter = reading
    server.signal(signal.SIGSTOP)
    wait_for_state(meter, "down")
    server.signal(signal.SIGCONT)
    # FFmpeg's server ends with its client.
    time.sleep(1.0)
    server.kill()
    server.start()
    wait_for_state(meter, "live")


def test_sound_alone_is_no_source(server):
    server.start("sound")
    with pytest.raises(VideoError, match="no picture track"):
        open_soon(server.url)
