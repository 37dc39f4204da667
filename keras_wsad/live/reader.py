import contextlib
import queue
import threading
import time

from keras_wsad.errors import VideoError
from keras_wsad.errors import WSADError
from keras_wsad.live.backoff import Backoff
from keras_wsad.live.stream import SILENCE
from keras_wsad.video.container import decoding

# Connections that hang in a decoder, which nothing can end, before the reader gives up.
_MOST_STUCK = 4


class Reader:
    """Reads a source in threads of its own, opens it again, and queues whole clips.

    A thread reads each connection, and another watches it: one that ends, fails, or brings
    no frame for a while is given up, and the source is opened again. When clips are not
    taken in time, the oldest is dropped and counted. With `connect=None`, as for a file,
    reading waits instead, and the end of the first connection is the end.

    A context manager; leaving it stops the threads.

    Args:
        first: `Stream` or `Folder`.
        connect: function without arguments that opens another `Stream`, or `None`.
        cutter: function without arguments that returns a `ClipCutter`.
        meter: `Meter`.
        size: int. Clips that may wait. Defaults to `8`.
        silence: float. Seconds without a frame after which a connection is given up.
            Defaults to `20`.
        backoff: `Backoff`, or `None` for the default.
    """

    def __init__(
        self,
        first,
        connect,
        cutter,
        meter,
        size=8,
        silence=SILENCE,
        backoff=None,
    ):
        self._first, self._connect, self._cutter = first, connect, cutter
        self._meter, self._silence = meter, silence
        self._backoff = backoff or Backoff()
        self._clips = queue.Queue(size)
        self._stopped, self._ended = threading.Event(), threading.Event()
        self._failure = None
        self._thread = threading.Thread(target=self._watch, name="watchdog", daemon=True)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._stopped.set()
        self._thread.join()

    @property
    def has_ended(self):
        """Whether no clip will come any more."""
        return self._ended.is_set() and self._clips.empty()

    def next_clip(self, timeout=0.5):
        """Returns the oldest `Clip` that waits, or `None` if none comes in time.

        Args:
            timeout: float. Seconds. Defaults to `0.5`.

        Raises:
            VideoError: the source cannot be read any more.
        """
        with contextlib.suppress(queue.Empty):
            return self._clips.get(timeout=timeout)
        if self._failure is not None and self.has_ended:
            raise self._failure
        return None

    def _watch(self):
        connection, stuck = _Connection(self, self._first), []
        try:
            while True:
                connection.start()
                problem = self._wait_for(connection)
                stuck = [other for other in [*stuck, connection] if other.is_alive()]
                if self._stopped.is_set():
                    return
                is_known = isinstance(connection.error, WSADError | None)
                if self._connect is None or not is_known:
                    self._failure = connection.error
                    return
                if len(stuck) >= _MOST_STUCK:
                    self._failure = VideoError(
                        f"{problem} {len(stuck)} connections hang in the decoder."
                    )
                    return
                self._meter.down(problem)
                if self._stopped.wait(self._backoff.after(connection.seconds_of_frames)):
                    return
                self._meter.reconnect()
                connection = _Connection(self)
        finally:
            self._ended.set()

    def _wait_for(self, connection):
        """Waits for the end of a connection, or ends it. Returns what was wrong."""
        while connection.is_alive():
            if self._stopped.is_set():
                connection.give_up()
                connection.join(1.0)
                return None
            silent = time.monotonic() - connection.last_sign
            if self._connect is not None and silent > self._silence:
                connection.give_up()
                return f"No frame for {self._silence:g} s."
            connection.join(min(0.1, self._silence / 4))
        return str(connection.error or "The stream has ended.")

    def _queue(self, clip, connection):
        while not connection.is_given_up:
            try:
                return self._clips.put(clip, timeout=0.1 if self._connect is None else 0)
            except queue.Full:
                if self._connect is not None:
                    with contextlib.suppress(queue.Empty):
                        self._meter.skipped(self._clips.get_nowait().new_frames)
        return None


class _Connection(threading.Thread):
    """Reads a source from its opening to its first failure."""

    def __init__(self, reader, stream=None):
        super().__init__(name="reader", daemon=True)
        self._reader, self._stream = reader, stream
        self._first_frame = self._last_frame = None
        self.last_sign = time.monotonic()
        self.is_given_up = False
        self.error = None

    @property
    def seconds_of_frames(self):
        if self._first_frame is None:
            return 0.0
        return self._last_frame - self._first_frame

    def give_up(self):
        self.is_given_up = True
        if self._stream is not None:
            self._stream.stop()

    def run(self):
        try:
            self._read()
        except Exception as error:
            self.error = error

    def _read(self):
        reader = self._reader
        if self._stream is None:
            self._stream = reader._connect()
        cutter = reader._cutter()
        for source, seconds, frame in self._stream:
            if self.is_given_up:
                # The rest of the stream is closed with it.
                return
            arrived = time.monotonic()
            if self._first_frame is None:
                self._first_frame = arrived
            self._last_frame = self.last_sign = arrived
            reader._meter.frame()
            with decoding(source):
                clip = cutter.add(source, seconds, frame, time.time(), arrived)
            if clip is not None:
                reader._queue(clip, self)
