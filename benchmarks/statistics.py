"""Medians with intervals, and ratios of times measured in turn."""

import dataclasses

import numpy as np
from scipy import stats


@dataclasses.dataclass(frozen=True)
class Estimate:
    """A median with an interval.

    Attributes:
        median: float.
        low: float.
        high: float.
    """

    median: float
    low: float
    high: float


def quartiles(values):
    """Returns the median and the two quartiles, an `Estimate`.

    Example:

    >>> quartiles([1.0, 2.0, 3.0, 4.0, 50.0])
    Estimate(median=3.0, low=2.0, high=4.0)
    """
    low, median, high = np.quantile(values, (0.25, 0.5, 0.75))
    return Estimate(float(median), float(low), float(high))


def median_with_interval(values, confidence=0.95):
    """Returns the median and its confidence interval, an `Estimate`.

    The interval is that of order statistics, valid for any distribution. With fewer than
    six values it is from the least to the greatest, with less than 95 % confidence (five:
    94 %, three: 75 %).

    Args:
        values: sequence of floats.
        confidence: float. Defaults to `0.95`.
    """
    values = np.sort(values)
    # Values excluded at each end.
    outside = int(stats.binom.ppf((1 - confidence) / 2, len(values), 0.5)) - 1
    outside = max(outside, 0)
    low, high = values[outside], values[len(values) - 1 - outside]
    return Estimate(float(np.median(values)), float(low), float(high))


def paired_ratio(slow, fast):
    """Returns the median over the rounds of the ratio of two times.

    What slows the machine for a while slows both times of a round and cancels out.

    Args:
        slow: sequence of floats. Numerators, seconds in each round.
        fast: sequence of floats. Denominators, seconds in the same rounds.

    Returns:
        An `Estimate`.

    Example:

    >>> paired_ratio([2.0, 4.0, 6.0], [1.0, 2.0, 2.0])
    Estimate(median=2.0, low=2.0, high=3.0)
    """
    return median_with_interval(np.divide(slow, fast))


def log_log_slope(sizes, seconds):
    """Returns the exponent of a cost: 1 if twice the size takes twice the time.

    Args:
        sizes: sequence of positive floats.
        seconds: sequence of positive floats.

    Returns:
        A float, the least-squares slope through the logarithms.

    Example:

    >>> round(log_log_slope([1, 2, 4], [3, 12, 48]), 4)
    2.0
    """
    slope, _ = np.polyfit(np.log(sizes), np.log(seconds), 1)
    return float(slope)


def largest_deviation(result, reference):
    """Returns the largest difference from a reference, as a share of its greatest value.

    Args:
        result: array.
        reference: array.

    Returns:
        A float; infinite if shapes differ or a value is not finite.

    Example:

    >>> largest_deviation([1.0, 3.0], [1.0, 4.0])
    0.25
    """
    result, reference = np.asarray(result), np.asarray(reference)
    if result.shape != reference.shape:
        return float("inf")
    scale = np.max(np.abs(reference), initial=0) or 1
    deviation = np.max(np.abs(result - reference), initial=0) / scale
    return float(deviation) if np.isfinite(deviation) else float("inf")
