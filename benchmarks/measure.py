"""Times contenders in turn, so that whatever slows the machine slows them all."""

import contextlib
import dataclasses
import math
import time

import numpy as np

from benchmarks.contender import ContenderError
from benchmarks.contender import MissingLibraryError
from benchmarks.machine import DISTURBED
from benchmarks.machine import CPUProbe
from keras_wsad.progress import track

# Seconds in which busy-waiting threads of other contenders fall asleep.
_PAUSE = 0.1
# Least seconds of a repetition: a shorter work is done several times in a row, as the
# system counts processor time in hundredths of a second.
_LEAST = 0.25
# Seconds from which on a work needs no warm cache.
_LONG = 5


@dataclasses.dataclass(frozen=True, kw_only=True)
class Repetition:
    """One timing.

    Attributes:
        seconds: float. Wall time of the work, a mean if it was done several times in a row.
        cpu_seconds: float. Processor time of the work.
        others: float or `None`. Share of the machine that other processes used meanwhile.
    """

    seconds: float
    cpu_seconds: float
    others: float | None

    @property
    def disturbed(self):
        """Whether other processes used enough of the machine to put the timing in doubt."""
        return self.others is not None and self.others > DISTURBED


@dataclasses.dataclass(kw_only=True)
class Timings:
    """Measurements of one contender.

    Attributes:
        result: array or `None`. Result of the first call.
        repetitions: list of `Repetition`, one for each round; empty if it was left out.
        peak_mib: float. Peak memory of its process.
        missing: str. The library that is not installed, or empty.
        failed: str. The error, or empty.
    """

    result: np.ndarray | None = None
    repetitions: list = dataclasses.field(default_factory=list)
    peak_mib: float = 0.0
    missing: str = ""
    failed: str = ""

    @property
    def seconds(self):
        """The seconds of each round."""
        return [repetition.seconds for repetition in self.repetitions]


def time_in_turn(contenders, repetitions, title):
    """Sets contenders up one after the other and times each once a round.

    The first of a round is the last of the next. Before each timing the work is done once
    untimed, to bring its weights back into the cache. A contender that cannot be set up is
    left out; one that fails later loses all its timings, so that rounds are complete.

    Args:
        contenders: dict from any name to `Contender`, not yet entered.
        repetitions: int. Rounds.
        title: str. Title of the progress bar.

    Returns:
        A dict from name to `Timings`.
    """
    timings = {name: Timings() for name in contenders}
    with contextlib.ExitStack() as stack:
        warm_seconds = {}
        for name in track(list(contenders), f"{title}: set up"):
            with _noting_failure(timings[name]):
                contender = stack.enter_context(contenders[name])
                timings[name].result = contender.first()
                warm_seconds[name] = _warm_up(contender)
        turns = list(_turns(list(warm_seconds), repetitions))
        for name in track(turns, f"{title}: {repetitions} rounds"):
            timing = timings[name]
            if timing.failed:
                continue
            with _noting_failure(timing):
                repetition, peak_mib = _time(contenders[name], warm_seconds[name])
                timing.repetitions.append(repetition)
                timing.peak_mib = peak_mib
    return timings


def _turns(names, rounds):
    for _ in range(rounds):
        yield from names
        names = names[1:] + names[:1]


def _warm_up(contender):
    """Does the work up to three times and returns the seconds of the last."""
    started = time.monotonic()
    for _ in range(3):
        seconds = contender.repeat(1)["seconds"]
        if time.monotonic() - started > _LONG:
            break
    return seconds


def _time(contender, warm_seconds):
    times = max(1, math.ceil(_LEAST / max(warm_seconds, 1e-6)))
    time.sleep(_PAUSE)
    if warm_seconds < _LONG:
        contender.repeat(1)
    probe, own = CPUProbe(), time.process_time()
    answer = contender.repeat(times)
    own = time.process_time() - own + answer["cpu_seconds"]
    repetition = Repetition(
        seconds=answer["seconds"] / times,
        cpu_seconds=answer["cpu_seconds"] / times,
        others=probe.others(own),
    )
    return repetition, answer["peak_mib"]


@contextlib.contextmanager
def _noting_failure(timing):
    try:
        yield
    except MissingLibraryError as error:
        timing.missing = str(error)
    except ContenderError as error:
        timing.failed = str(error)
        timing.repetitions.clear()
