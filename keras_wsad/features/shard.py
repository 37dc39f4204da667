import dataclasses
import hashlib

from keras_wsad.errors import ConfigError


@dataclasses.dataclass(frozen=True)
class Shard:
    """One of several shares of the videos, by a hash of their names.

    The shares do not overlap, and together they are all videos. A video is in the same
    share on every machine, whatever other videos there are.

    Args:
        number: int. Which one, from 1.
        total: int. How many there are.

    Raises:
        ConfigError: there is no such share.

    Example:

    >>> Shard.parse("2/8")
    Shard(number=2, total=8)
    """

    number: int
    total: int

    def __post_init__(self):
        if not 1 <= self.number <= self.total:
            raise ConfigError(
                f"Expected a shard from 1/{self.total} to {self.total}/{self.total}. "
                f"Received: {self.number}/{self.total}"
            )

    @classmethod
    def parse(cls, text):
        """Reads a shard as it is given on the command line.

        Raises:
            ConfigError: it is not of the form `2/8`.
        """
        try:
            number, total = map(int, text.split("/"))
        except ValueError:
            raise ConfigError(f"Expected a shard such as 2/8. Received: {text}") from None
        return cls(number, total)

    def of(self, videos):
        """Returns those videos that are in it, a dict as the one received."""
        return {name: path for name, path in videos.items() if self._has(name)}

    def _has(self, name):
        digest = hashlib.sha256(name.encode(errors="surrogateescape")).digest()
        return int.from_bytes(digest) % self.total == self.number - 1
