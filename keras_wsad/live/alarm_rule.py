import dataclasses

from keras_wsad.errors import ConfigError
from keras_wsad.metrics.alarms import ALARM_THRESHOLD

# Of the threshold, below which an alarm ends.
_RELEASE = 0.9


@dataclasses.dataclass(frozen=True, kw_only=True)
class AlarmEvent:
    """The begin or the end of an alarm.

    Attributes:
        number: int. Of the alarm, from 1.
        state: `"begin"` or `"end"`.
        time: float. When the last frame of the segment came that made it so, Unix time.
        source: str. The video in which it began.
        start: float. Seconds in that video at which it began.
        seconds: float. Length of its segments so far.
        peak: float. Highest score so far.
        class_name: str. The most probable class at the peak.
        probability: float. Its probability.
    """

    number: int
    state: str
    time: float
    source: str
    start: float
    seconds: float
    peak: float
    class_name: str
    probability: float


class AlarmRule:
    """Turns scores into alarms, with hysteresis and a least length.

    An alarm begins once segments have scored above `threshold`, then not below `release`,
    for `least_seconds`. It ends with the first segment below `release`.

    Args:
        threshold: float. Defaults to `0.5`.
        release: float or `None`, for 0.9 of the threshold. Defaults to `None`.
        least_seconds: float. Defaults to `0`, for one segment.

    Raises:
        ConfigError: `release` is above the threshold, or the length is negative.
    """

    def __init__(self, threshold=ALARM_THRESHOLD, release=None, least_seconds=0.0):
        release = _RELEASE * threshold if release is None else release
        # Not NaN either.
        if not release <= threshold or not least_seconds >= 0:
            raise ConfigError(
                "Expected release <= threshold and least_seconds >= 0. Received: "
                f"{release}, {threshold}, {least_seconds}"
            )
        self._threshold, self._release = threshold, release
        self._least = least_seconds
        self._run = None
        self._number = 0

    def add(self, segment):
        """Adds a `SegmentScore`; returns the `AlarmEvent` that it causes, or `None`."""
        if self._run is None:
            if segment.score <= self._threshold:
                return None
            self._run = _Run(segment)
        elif segment.score < self._release:
            run, self._run = self._run, None
            return run.event("end", segment.time) if run.number else None
        self._run.add(segment)
        if self._run.number or self._run.seconds < self._least:
            return None
        self._number += 1
        self._run.number = self._number
        return self._run.event("begin", segment.time)


class _Run:
    """Segments in a row that score high."""

    def __init__(self, first):
        self.first = self.peak = first
        self.seconds, self.number = 0.0, None

    def add(self, segment):
        self.seconds += segment.end - segment.start
        self.peak = max(self.peak, segment, key=lambda segment: segment.score)

    def event(self, state, time):
        return AlarmEvent(
            number=self.number,
            state=state,
            time=time,
            source=self.first.source,
            start=self.first.start,
            seconds=self.seconds,
            peak=self.peak.score,
            class_name=self.peak.class_name,
            probability=self.peak.probability,
        )
