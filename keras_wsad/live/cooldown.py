from keras_wsad.errors import ConfigError


class Cooldown:
    """Holds back alarms for a while after one was delivered.

    Its time begins with a delivery, not with an alarm: one that could not be delivered does
    not hold back the next. The end of an alarm passes if its begin did.

    Args:
        seconds: float. Defaults to `60`.

    Raises:
        ConfigError: it is below 0, or NaN.
    """

    def __init__(self, seconds=60.0):
        if not seconds >= 0:
            raise ConfigError(f"Expected a cooldown >= 0. Received: {seconds}")
        self._seconds = seconds
        self._delivered_at = self._number = None

    def passes(self, event, now):
        """Whether an alarm may go out at the time `now`, in seconds."""
        if event["state"] == "end":
            return event["number"] == self._number
        return self._delivered_at is None or now - self._delivered_at >= self._seconds

    def delivered(self, event, now):
        """Notes that an alarm was delivered."""
        if event["state"] == "begin":
            self._delivered_at, self._number = now, event["number"]
