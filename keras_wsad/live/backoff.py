class Backoff:
    """Seconds to wait before a source is opened again: twice as long after each failure.

    The count of failures begins anew only after a connection was healthy for a while. A
    camera that accepts a connection and drops it at once is not asked again at once.

    Args:
        first: float. Seconds after the first failure. Defaults to `1`.
        longest: float. Defaults to `60`.
        healthy: float. Seconds of frames. Defaults to `10`.

    Example:

    >>> backoff = Backoff()
    >>> [backoff.after(seconds_of_frames) for seconds_of_frames in (0, 9, 0, 10, 0)]
    [1.0, 2.0, 4.0, 1.0, 2.0]
    """

    def __init__(self, first=1.0, longest=60.0, healthy=10.0):
        self._first, self._longest, self._healthy = first, longest, healthy
        self._failures = 0

    def after(self, seconds_of_frames):
        """Returns the seconds to wait after a connection has failed.

        Args:
            seconds_of_frames: float. From its first frame to its last.
        """
        if seconds_of_frames >= self._healthy:
            self._failures = 0
        self._failures += 1
        # The power of a large count would overflow.
        return min(self._first * 2.0 ** min(self._failures - 1, 30), self._longest)
