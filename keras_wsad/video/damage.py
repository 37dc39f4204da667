"""Damage of a video that still decodes, as one line."""

import collections


class DamagedVideoWarning(UserWarning):
    """A video ended early or held parts that do not decode."""


class Damage:
    """Counts problems by kind, and records where each kind first occurs.

    Example:

    >>> damage = Damage()
    >>> damage.note("packets do not decode", 2.5)
    >>> damage.note("packets do not decode", 3.0)
    >>> str(damage)
    '2 packets do not decode, the first after 2.5 s'
    """

    def __init__(self):
        self.count = collections.Counter()
        self.first = {}

    def note(self, problem, seconds, number=1):
        """Adds a problem.

        Args:
            problem: str. What is wrong, in the plural.
            seconds: float. Where, from the beginning of the video.
            number: int. How often. Defaults to `1`.
        """
        self.count[problem] += number
        self.first.setdefault(problem, seconds)

    def __bool__(self):
        return bool(self.count)

    def __str__(self):
        return "; ".join(
            f"{number} {problem}, the first after {self.first[problem]:.1f} s"
            for problem, number in self.count.items()
        )
