"""The numbers of the study: rows, differences and their intervals over seeds."""

import dataclasses

import numpy as np
import scipy.stats

#: Differences of rows: what is added to which row.
DIFFERENCES = {
    "l2 - l1": "the LSTM",
    "l3 - l2": "second-level attention",
    "l4 - l3": "first-level attention",
    "l3 - l1": "the LSTM and second-level attention",
    "l4 - l2": "both attentions",
}

METRICS = {
    "maa": "mAA",
    "auc": "frame AUC",
    "beta_event": "second-level attention in events",
    "beta_distractor": "second-level attention in distractors",
    "beta_rest": "second-level attention elsewhere in anomalous videos",
}


@dataclasses.dataclass(frozen=True, kw_only=True)
class Number:
    """A metric of a row, or of a difference of two, at one dose.

    Attributes:
        videos: str. `"made-up"`, or the name of a rendered set.
        event_share: float. Share of an anomalous video that is its event.
        distractors: float or str. Share of distractors outside events, or in words.
        row: str. `"l3"`, or `"l3 - l2"`.
        metric: str, a key of `METRICS`.
        values: list of floats, one for each seed, from 0 to 1.
    """

    videos: str
    event_share: float
    distractors: float | str
    row: str
    metric: str
    values: list

    @property
    def mean(self):
        return float(np.mean(self.values))

    @property
    def std(self):
        """Sample standard deviation over the seeds; NaN of one."""
        return float(np.std(self.values, ddof=1)) if len(self.values) > 1 else np.nan

    @property
    def interval(self):
        """95 % interval of the mean over seeds, by Student's t: `(low, high)`."""
        count = len(self.values)
        if count < 2:
            return np.nan, np.nan
        half = scipy.stats.t.ppf(0.975, count - 1) * self.std / np.sqrt(count)
        return self.mean - half, self.mean + half

    @property
    def sign(self):
        """1 or -1 if the interval is on one side of zero, else 0."""
        low, high = self.interval
        return int(low > 0) - int(high < 0)


def with_differences(numbers):
    """Returns numbers of rows, and after them those of `DIFFERENCES`, seed by seed.

    Args:
        numbers: list of `Number`, the rows at any doses.
    """
    found = {_key(number): number for number in numbers}
    differences = []
    for number in numbers:
        for name in DIFFERENCES:
            row, base = name.split(" - ")
            other = found.get((*_key(number)[:3], base, number.metric))
            if number.row == row and other is not None and number.metric in ("maa", "auc"):
                values = np.subtract(number.values, other.values).tolist()
                differences.append(dataclasses.replace(number, row=name, values=values))
    return [*numbers, *differences]


def _key(number):
    return (
        number.videos,
        number.event_share,
        number.distractors,
        number.row,
        number.metric,
    )
