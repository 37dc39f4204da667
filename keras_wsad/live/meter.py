import threading
import time


class Meter:
    """Measures how a source is being read and processed. It may be used from any thread.

    Args:
        clock: function without arguments that returns seconds. Defaults to
            `time.monotonic`.

    Attributes:
        state: `"connecting"` before the first frame, then `"live"` or `"down"`.
        skipped_clips: int. Clips that were dropped.
    """

    def __init__(self, clock=time.monotonic):
        self._clock = clock
        self._lock = threading.Lock()
        self._since = clock()
        self._received = self._processed = self._skipped = 0
        self._last_frame = self._lag = None
        self._reconnects, self._problem = 0, None
        self.state, self.skipped_clips = "connecting", 0

    def frame(self):
        """Notes that a frame came."""
        with self._lock:
            self._received += 1
            self._last_frame = self._clock()
            self.state, self._problem = "live", None

    def processed(self, frames, arrived):
        """Notes that a clip was scored.

        Args:
            frames: int. New frames in it.
            arrived: float. When its last frame came.
        """
        with self._lock:
            self._processed += frames
            self._lag = self._clock() - arrived

    def skipped(self, frames):
        """Notes that a clip was dropped, as there was no time for it."""
        with self._lock:
            self._skipped += frames
            self.skipped_clips += 1

    def down(self, problem):
        """Notes that the source is down, and why."""
        with self._lock:
            self.state, self._problem = "down", problem

    def reconnect(self):
        """Notes that the source is opened again."""
        with self._lock:
            self._reconnects += 1

    def status(self):
        """Returns a dict for JSON. Rates are those since the last call.

        | name | |
        |---|---|
        | `state`, `skipped_clips` | as the attributes |
        | `camera_fps` | frames that came, a second |
        | `process_fps`, `skipped_fps` | frames of clips that were scored, and dropped |
        | `lag_seconds` | from a clip's last frame to its score; `None` without a clip |
        | `last_frame_age` | seconds since the last frame; `None` before the first |
        | `reconnects` | how often the source was opened again |
        | `problem` | why it is down, or `None` |
        """
        with self._lock:
            now = self._clock()
            seconds = max(now - self._since, 1e-9)
            age = None if self._last_frame is None else now - self._last_frame
            status = {
                "state": self.state,
                "camera_fps": round(self._received / seconds, 2),
                "process_fps": round(self._processed / seconds, 2),
                "skipped_fps": round(self._skipped / seconds, 2),
                "lag_seconds": self._lag and round(self._lag, 3),
                "last_frame_age": age and round(age, 3),
                "reconnects": self._reconnects,
                "skipped_clips": self.skipped_clips,
                "problem": self._problem,
            }
            self._since, self._lag = now, None
            self._received = self._processed = self._skipped = 0
            return status
