import dataclasses
import time

# Seconds between two statuses.
_STATUS = 10.0


class Watch:
    """Scores what a reader brings, and writes down scores, alarms and the state of it all.

    Each record is a dict with a `type`: `"segment"`, a `SegmentScore`; `"alarm"`, an
    `AlarmEvent`; or `"status"`, see `Meter.status`, with its `time`, every ten seconds and
    whenever the source goes down or comes back.

    Args:
        reader: `Reader`.
        window: `SlidingWindow`.
        rule: `AlarmRule`.
        meter: `Meter` of the reader.
        write: function that takes a record.
        cooldown: `Cooldown` of the alarms that are written.
        deliveries: list of `Delivery`, which get the alarms too. Defaults to none.

    Attributes:
        segments: int. How many were scored.
        alarms: int. How many began.
    """

    def __init__(
        self,
        reader,
        window,
        rule,
        meter,
        write,
        cooldown,
        deliveries=(),
    ):
        self._reader, self._window, self._rule = reader, window, rule
        self._meter, self._write, self._cooldown = meter, write, cooldown
        self._deliveries = deliveries
        self.segments = self.alarms = 0

    def run(self):
        """Watches until the source ends.

        Raises:
            VideoError: the source cannot be read any more.
        """
        last, state = time.monotonic(), self._meter.state
        while True:
            clip = self._reader.next_clip()
            if clip is not None:
                for segment in self._window.add(clip):
                    self._add(segment)
                self._meter.processed(clip.new_frames, clip.arrived)
            elif self._reader.has_ended:
                break
            if time.monotonic() - last >= _STATUS or self._meter.state != state:
                last, state = time.monotonic(), self._meter.state
                self._write_status()
        self._write_status()

    def _add(self, segment):
        self.segments += 1
        self._write({"type": "segment", **dataclasses.asdict(segment)})
        event = self._rule.add(segment)
        if event is None:
            return
        self.alarms += event.state == "begin"
        record = {"type": "alarm", **dataclasses.asdict(event)}
        if self._cooldown.passes(record, time.monotonic()):
            self._write(record)
            self._cooldown.delivered(record, time.monotonic())
        for delivery in self._deliveries:
            delivery.put(record)

    def _write_status(self):
        counts = {
            name: sum(getattr(delivery, name) for delivery in self._deliveries)
            for name in ("delivered", "held_back", "undelivered")
        }
        problems = [d.problem for d in self._deliveries if d.problem]
        counts["delivery_problem"] = problems[-1] if problems else None
        status = {"time": time.time(), **self._meter.status(), **counts}
        self._write({"type": "status", **status})
