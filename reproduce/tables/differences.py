"""Compares the rows of a table, over seeds and test videos."""

import dataclasses
import itertools

import numpy as np

from keras_wsad.metrics.bootstrap import interval
from reproduce.tables.measure import deviation_over_seeds
from reproduce.tables.measure import mean_over_seeds

#: The metrics that rows are compared in, with their names for readers.
COMPARED = {
    "auc": "AUC, aligned",
    "auc_release": "AUC, release",
    "abnormal_auc": "AUC in anomalous videos",
    "maa": "mAA",
}

#: Fewer seeds give no verdict: if two systems do not differ, n seeds agree in sign with
#: probability `2 ** (1 - n)`, 1 in 16 for 5 and 1 in 4 for 3.
MIN_SEEDS = 5


@dataclasses.dataclass(frozen=True, kw_only=True)
class Difference:
    """Difference of two rows in a metric, and whether it is shown.

    It is shown if both hold, with at least `MIN_SEEDS` seeds:

    - its 95 % interval of the two-level bootstrap, see `Resampling`, excludes zero;
    - it has the same sign with every seed. Drawing a few seeds again and again understates
      how much they differ, so the bootstrap alone would show too much.

    Attributes:
        metric: str. A key of `COMPARED`.
        row: str. Title of the first row.
        other: str. Title of the row that is subtracted.
        of_seeds: dict from a seed to a float, the difference with that seed.
        interval: 95 % interval of the mean difference over seeds and test videos, paired.
    """

    metric: str
    row: str
    other: str
    of_seeds: dict
    interval: list

    @property
    def mean(self):
        """Mean over the seeds."""
        return mean_over_seeds(self.of_seeds)

    @property
    def std(self):
        """Sample standard deviation over the seeds; NaN of one seed."""
        return deviation_over_seeds(self.of_seeds)

    @property
    def half_width(self):
        """Half the width of the interval: what a difference must exceed to be seen."""
        return (self.interval[1] - self.interval[0]) / 2

    @property
    def verdict(self):
        """`"shown"`, or why it is not."""
        if len(self.of_seeds) < MIN_SEEDS:
            return f"none: fewer than {MIN_SEEDS} seeds"
        if self.interval[0] <= 0 <= self.interval[1]:
            return "not shown: the interval contains zero"
        if abs(sum(np.sign(list(self.of_seeds.values())))) < len(self.of_seeds):
            return "not shown: the sign changes with the seed"
        return "shown"


def consecutive_differences(results):
    """Compares each row with the one before it, and the last with the first.

    Args:
        results: list of `MeasuredRow`.

    Returns:
        A list of `Difference`.
    """
    pairs = list(itertools.pairwise(results))
    if len(results) > 2:
        pairs.append((results[0], results[-1]))
    return [d for before, result in pairs for d in _compare(result, before)]


def differences_to_first(results):
    """Compares the first row with each other one, as Table 3 is read.

    Args:
        results: list of `MeasuredRow`.

    Returns:
        A list of `Difference`.
    """
    return [d for other in results[1:] for d in _compare(results[0], other)]


def differences_by_marks(results):
    """Compares each row with marks with the one without before it, as Table 5 is read.

    Args:
        results: list of `MeasuredRow`.

    Returns:
        A list of `Difference`.
    """
    differences, weak = [], None
    for result in results:
        if "marks" not in result.row.cells["auc"].settings:
            weak = result
        elif weak is not None:
            differences += _compare(result, weak)
    return differences


def differences_to_proposed(results):
    """Compares the proposed model with each other row, as Table II is read.

    Args:
        results: list of `MeasuredRow`.

    Returns:
        A list of `Difference`, empty without the proposed model.
    """
    proposed = next((result for result in results if result.is_proposed), None)
    if proposed is None:
        return []
    others = [result for result in results if result is not proposed]
    return [d for other in others for d in _compare(proposed, other)]


def _compare(result, other):
    differences = []
    for metric in COMPARED:
        if metric not in result.numbers or metric not in other.numbers:
            continue
        ours, theirs = result.numbers[metric], other.numbers[metric]
        differences.append(
            Difference(
                metric=metric,
                row=result.row.title,
                other=other.row.title,
                of_seeds={
                    seed: value - theirs.values[seed] for seed, value in ours.values.items()
                },
                interval=interval(ours.draws - theirs.draws),
            )
        )
    return differences
