"""A camera on loopback: MPEG-TS by HTTP, which can be cut, stalled and refused."""

import contextlib
import http.server
import io
import threading
import time

import av
import numpy as np


class StreamServer:
    """Streams to each client from the beginning, as fast as a camera or faster.

    A context manager; leaving it ends all connections.

    Args:
        content: function without arguments that returns an iterable of `(seconds, bytes)`.
        speed: float. Seconds of the stream in a second. Defaults to `1`.
        port: int. Defaults to `0`, for any that is free.

    Attributes:
        url: str.
        stalled: `threading.Event`. While it is set nothing is sent, and no connection is
            closed.
        clients: int. Connections so far.
    """

    def __init__(self, content, speed=1.0, port=0):
        self._content, self._speed = content, speed
        self.stalled = threading.Event()
        self.clients, self._epoch = 0, 0
        camera = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                self.send_response(200)
                self.send_header("Content-Type", "video/mp2t")
                self.end_headers()
                # A client that has gone is no error.
                with contextlib.suppress(OSError):
                    camera._stream(self.wfile)

            def log_message(self, *_):
                pass

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", port), Handler)
        self._server.daemon_threads = True
        self._server.block_on_close = False
        self.port = self._server.server_port
        self.url = f"http://127.0.0.1:{self.port}/camera.ts"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,))

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self.cut()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def cut(self):
        """Closes all connections. The server takes new ones."""
        self._epoch += 1

    def _stream(self, file):
        self.clients += 1
        epoch, started = self._epoch, time.monotonic()
        for seconds, content in self._content():
            ahead = started + seconds / self._speed - time.monotonic()
            time.sleep(max(ahead, 0.0))
            while self.stalled.is_set() and epoch == self._epoch:
                time.sleep(0.02)
            if epoch != self._epoch:
                return
            file.write(content)


def transport_stream(path, loops=1):
    """Yields a video as MPEG-TS, `(seconds, bytes)` for each packet.

    Args:
        path: str or path.
        loops: int. How often the video is shown, with times that go on. Defaults to `1`.
    """
    file = io.BytesIO()
    with av.open(file, "w", format="mpegts") as target:
        copy = None
        for loop in range(loops):
            with av.open(str(path)) as source:
                track = source.streams.video[0]
                copy = copy or target.add_stream_from_template(track)
                for packet in source.demux(track):
                    if packet.dts is None:
                        continue
                    packet.dts += loop * track.duration
                    packet.pts += loop * track.duration
                    seconds = float(packet.dts * track.time_base)
                    packet.stream = copy
                    target.mux(packet)
                    yield seconds, _take(file)


def sound_stream(seconds, video=None):
    """Yields silence as MPEG-TS, `(seconds, bytes)`, after a video that soon ends.

    Args:
        seconds: float. Length of the sound.
        video: iterable of uint8 frames `(height, width, 3)` at 10 frames per second, or
            `None` for no picture track. Defaults to `None`.
    """
    file = io.BytesIO()
    with av.open(file, "w", format="mpegts") as target:
        pictures = None
        if video is not None:
            video = [av.VideoFrame.from_ndarray(frame) for frame in video]
            pictures = target.add_stream("libx264", rate=10)
            pictures.width, pictures.height = video[0].width, video[0].height
            pictures.pix_fmt = "yuv420p"
            pictures.options = {"preset": "ultrafast", "tune": "zerolatency"}
        sound = target.add_stream("mp2", rate=16000, layout="mono")
        for frame in video or []:
            target.mux(pictures.encode(frame))
        if pictures:
            target.mux(pictures.encode(None))
        for start in range(0, int(seconds * 16000), 1152):
            samples = np.zeros((1, 1152), np.int16)
            frame = av.AudioFrame.from_ndarray(samples, format="s16", layout="mono")
            frame.sample_rate, frame.pts = 16000, start
            target.mux(sound.encode(frame))
            yield start / 16000, _take(file)


def _take(file):
    content = file.getvalue()
    file.seek(0)
    file.truncate()
    return content
