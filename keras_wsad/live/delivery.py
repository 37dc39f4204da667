import collections
import threading
import time

# Alarms that may wait for a receiver.
_MOST_WAITING = 100


class Delivery:
    """Delivers alarms from a thread of its own, so that no receiver holds up the watch.

    When too many wait, the oldest is dropped and counted.

    Args:
        send: function of a dict. What it raises as `OSError` means that it failed.
        cooldown: `Cooldown`.
        attempts: int. Tries for each alarm. Defaults to `3`.
        pause: float. Seconds after the first failed try; each further pause is twice as
            long. Defaults to `2`.

    Attributes:
        delivered: int.
        held_back: int. Alarms in the cooldown.
        undelivered: int. Alarms that were dropped, or failed at every try.
        problem: str or `None`. Why the last one failed.
    """

    def __init__(self, send, cooldown, attempts=3, pause=2.0):
        self._send, self._cooldown = send, cooldown
        self._attempts, self._pause = attempts, pause
        self._waiting = collections.deque()
        self._changed = threading.Condition()
        self._is_closed, self._stopped = False, threading.Event()
        self.delivered = self.held_back = self.undelivered = 0
        self.problem = None
        self._thread = threading.Thread(target=self._run, name="delivery", daemon=True)
        self._thread.start()

    def put(self, event):
        """Queues an alarm, a dict for JSON. Returns at once."""
        with self._changed:
            self._waiting.append(event)
            if len(self._waiting) > _MOST_WAITING:
                self._waiting.popleft()
                self.undelivered += 1
            self._changed.notify()

    def close(self, timeout=10.0):
        """Delivers what waits, as far as the time, in seconds, allows."""
        with self._changed:
            self._is_closed = True
            self._changed.notify()
        self._thread.join(timeout)
        self._stopped.set()
        with self._changed:
            self.undelivered += len(self._waiting)
            self._waiting.clear()

    def _run(self):
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._waiting or self._is_closed)
                if not self._waiting:
                    return
                event = self._waiting.popleft()
            if self._cooldown.passes(event, time.monotonic()):
                self._deliver(event)
            else:
                self.held_back += 1

    def _deliver(self, event):
        for attempt in range(self._attempts):
            if attempt and self._stopped.wait(self._pause * 2 ** (attempt - 1)):
                break
            try:
                self._send(event)
            except OSError as error:
                self.problem = str(error)
                continue
            self._cooldown.delivered(event, time.monotonic())
            self.delivered += 1
            return
        self.undelivered += 1
