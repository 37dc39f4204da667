"""Computes the numbers of a table from its runs."""

import dataclasses
import itertools

import numpy as np

from keras_wsad.errors import RunError
from keras_wsad.evaluation.scores_file import load_scores
from keras_wsad.metrics.bootstrap import interval

# Keys of a metric in the result of `evaluate`; `None` stands for the alignment.
_PATHS = {
    "auc": ("detection", None, "auc"),
    "abnormal_auc": ("detection", None, "abnormal_auc"),
    "maa": ("classification", "maa"),
}


@dataclasses.dataclass(frozen=True, kw_only=True)
class Measured:
    """A metric of a row, over its seeds.

    Attributes:
        values: dict from a seed to a float.
        draws: the mean over the seeds in each bootstrap draw, `(replicates,)`, or `None`.
    """

    values: dict
    draws: np.ndarray | None = None

    @property
    def mean(self):
        """Mean over the seeds."""
        return float(np.mean(list(self.values.values())))

    @property
    def std(self):
        """Sample standard deviation over the seeds; NaN of one seed."""
        values = list(self.values.values())
        return float(np.std(values, ddof=1)) if len(values) > 1 else float("nan")

    @property
    def interval(self):
        """95 % bootstrap interval of the mean over test videos, or `None`."""
        return None if self.draws is None else interval(self.draws)


@dataclasses.dataclass(frozen=True, kw_only=True)
class MeasuredRow:
    """A row with its numbers.

    Attributes:
        row: `Row`.
        numbers: dict from `"auc"`, `"abnormal_auc"`, `"maa"` to `Measured`; missing ones
            are left out.
        outputs: dict from `"auc"` and `"maa"` to an array for each seed, the first axis
            the test videos: `segment_scores` or `class_probabilities`.
        features: str. What its systems read.
        problems: dict from a metric to the reason why it has no number.
        failed: bool. Whether a run failed.
    """

    row: object
    numbers: dict
    outputs: dict
    features: str
    problems: dict
    failed: bool

    @property
    def is_proposed(self):
        """Whether it is the paper's complete model."""
        return any(
            cell.system == "joint" and not cell.settings for cell in self.row.cells.values()
        )


@dataclasses.dataclass(frozen=True, kw_only=True)
class Difference:
    """Difference of two rows in a metric.

    Attributes:
        metric: `"auc"` or `"maa"`.
        row: str. Title of the first row.
        other: str. Title of the row that is subtracted.
        mean: float. Difference of the means over the seeds.
        interval: 95 % paired bootstrap interval over test videos.
    """

    metric: str
    row: str
    other: str
    mean: float
    interval: list

    @property
    def is_shown(self):
        """Whether the interval excludes zero."""
        return self.interval[0] > 0 or self.interval[1] < 0


def measure_rows(outcomes, resampling, alignment):
    """Collects the numbers of the rows of a table.

    Args:
        outcomes: list of `Outcome`, in the order of the table.
        resampling: `Resampling`.
        alignment: `"aligned"` or `"release"`.

    Returns:
        A list of `MeasuredRow`.
    """
    rows = itertools.groupby(outcomes, lambda outcome: outcome.job.row)
    return [_measure_row(row, list(own), resampling, alignment) for row, own in rows]


def _measure_row(row, outcomes, resampling, alignment):
    numbers, outputs, problems, features, failed = {}, {}, {}, [], False
    for metric, of_cell in itertools.groupby(outcomes, lambda outcome: outcome.job.metric):
        of_cell = list(of_cell)
        bad = next((outcome for outcome in of_cell if outcome.problem), None)
        if bad:
            problems[metric] = bad.problem
            failed |= bad.is_failure
            continue
        features.append(of_cell[0].metrics["about"]["reads"])
        values = _values(of_cell, metric, alignment)
        if None in values.values():
            problems[metric] = "names no classes" if metric == "maa" else "not defined"
            continue
        try:
            outputs[metric] = _outputs(of_cell, metric, resampling.videos)
        except RunError as error:
            problems[metric], failed = f"failed: {error}", True
            continue
        draws = getattr(resampling, metric)(outputs[metric])
        numbers[metric] = Measured(values=values, draws=draws)
        if metric == "auc":
            inside = _values(of_cell, "abnormal_auc", alignment)
            if None not in inside.values():
                numbers["abnormal_auc"] = Measured(values=inside)
    return MeasuredRow(
        row=row,
        numbers=numbers,
        outputs=outputs,
        features=", ".join(dict.fromkeys(features)) or "-",
        problems=problems,
        failed=failed,
    )


def consecutive_differences(results):
    """Compares each row with the one before it, as Table I is read.

    Args:
        results: list of `MeasuredRow`.

    Returns:
        A list of `Difference`.
    """
    return [
        difference
        for before, result in itertools.pairwise(results)
        for difference in _compare(result, before)
    ]


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
    for metric in sorted(result.outputs.keys() & other.outputs.keys()):
        ours, theirs = result.numbers[metric], other.numbers[metric]
        differences.append(
            Difference(
                metric=metric,
                row=result.row.title,
                other=other.row.title,
                mean=ours.mean - theirs.mean,
                interval=interval(ours.draws - theirs.draws),
            )
        )
    return differences


def _values(outcomes, metric, alignment):
    """Returns a metric of each seed, `None` where it is not defined."""
    values = {}
    for outcome in outcomes:
        found = outcome.metrics
        for key in _PATHS[metric]:
            found = found and found[alignment if key is None else key]
        values[outcome.job.seed] = found
    return values


def _outputs(outcomes, metric, videos):
    """Returns what a system gave for the test videos, in their order, for each seed."""
    output = {"auc": "segment_scores", "maa": "class_probabilities"}[metric]
    outputs = []
    for outcome in outcomes:
        names, scores = load_scores(outcome.job.run.scores)
        indices = {name: index for index, name in enumerate(names)}
        if indices.keys() != {video.name for video in videos}:
            raise RunError(
                f"{outcome.job.run.folder}: expected scores of the {len(videos)} test "
                f"videos of the table. Found those of {len(names)}; delete the folder if "
                "the data have changed"
            )
        outputs.append(scores[output][[indices[video.name] for video in videos]])
    return outputs
