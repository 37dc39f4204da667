import pathlib
import threading
import time

from keras_wsad.errors import VideoError
from keras_wsad.live.stream import Stream
from keras_wsad.video.find import VIDEO_SUFFIXES


class Folder:
    """The videos that a recorder writes into a folder, one after the other, for ever.

    Those that are finished at the start are passed over. A video is finished once it has
    not changed for a while.

    Iterate over it once, see `Stream`.

    Args:
        path: str or path.
        on_problem: function from a message, called for a video that cannot be read.
        settled: float. Seconds without a change. Defaults to `3`.
        now: function without arguments that returns Unix time. Defaults to `time.time`.

    Attributes:
        source: str.
        description: str. That of the newest finished video, if there is one.

    Raises:
        VideoError: the newest finished video cannot be read.
    """

    def __init__(self, path, on_problem, settled=3.0, now=time.time):
        self.source = str(path)
        self._path, self._settled = pathlib.Path(path), settled
        self._on_problem, self._now = on_problem, now
        self._stopped = threading.Event()
        self._stream = None
        # A recorder may use a name again.
        self._seen = set(self._list())
        self.description = "no video yet"
        finished = [file for file in self._seen if self._is_finished(file)]
        if finished:
            newest = Stream(max(finished)[1])
            self.description = f"the newest video is {newest.description}"

    def stop(self):
        """Ends the iteration soon. May be called from any thread."""
        self._stopped.set()
        if self._stream:
            self._stream.stop()

    def __iter__(self):
        while not self._stopped.wait(self._settled / 3):
            found = self._list()
            self._seen.intersection_update(found)
            for file in found:
                if file not in self._seen and self._is_finished(file):
                    self._seen.add(file)
                    yield from self._read(file[1])

    def _is_finished(self, file):
        return self._now() - file[0] / 1e9 >= self._settled

    def _list(self):
        """Lists `(time of the last change, path)`, the oldest first."""
        found = []
        for path in self._path.iterdir():
            if path.suffix.lower() in VIDEO_SUFFIXES:
                try:
                    found.append((path.stat().st_mtime_ns, path))
                except FileNotFoundError:
                    # The recorder has just removed it.
                    continue
        return sorted(found)

    def _read(self, path):
        try:
            self._stream = Stream(path)
            if not self._stopped.is_set():
                yield from self._stream
        except VideoError as error:
            self._on_problem(str(error))
