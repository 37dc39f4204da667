"""Computes the numbers of a table from its runs."""

import dataclasses
import itertools

import numpy as np

from keras_wsad.errors import RunError
from keras_wsad.evaluation.scores_file import load_scores
from keras_wsad.metrics.bootstrap import interval
from reproduce.tables.plan import run_name

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
        values: list of floats, one for each seed.
        mean: float.
        std: float. Sample standard deviation; NaN of one seed.
        interval: 95 % bootstrap interval of the mean over test videos, or `None`.
    """

    values: list
    mean: float
    std: float
    interval: list | None = None


@dataclasses.dataclass(frozen=True, kw_only=True)
class MeasuredRow:
    """A row with its numbers.

    Attributes:
        row: `Row`.
        numbers: dict from `"auc"`, `"abnormal_auc"`, `"maa"` to `Measured`; missing ones
            are left out.
        draws: dict from `"auc"` and `"maa"` to the metric in each bootstrap draw.
        features: str. What its systems read.
        problems: dict from a metric to the reason why it has no number.
        failed: bool. Whether a run failed.
    """

    row: object
    numbers: dict
    draws: dict
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


def measure_row(row, outcomes, options, resampling):
    """Collects the numbers of a row.

    Args:
        row: `Row`.
        outcomes: dict from the name of a run to its `Outcome`.
        options: `TableOptions`.
        resampling: `Resampling`.

    Returns:
        A `MeasuredRow`.
    """
    numbers, draws, problems, features, failed = {}, {}, {}, [], False
    for metric, cell in row.cells.items():
        of_seeds = [outcomes[run_name(cell, seed)] for seed in options.seeds]
        bad = next((outcome for outcome in of_seeds if outcome.problem), None)
        if bad:
            problems[metric] = bad.problem
            failed |= bad.is_failure
            continue
        features.append(of_seeds[0].metrics["about"]["reads"])
        values = [_value(outcome.metrics, metric, options) for outcome in of_seeds]
        if None in values:
            problems[metric] = "names no classes" if metric == "maa" else "not defined"
            continue
        try:
            outputs = [scores_of(outcome.run, resampling.videos) for outcome in of_seeds]
        except RunError as error:
            problems[metric], failed = f"failed: {error}", True
            continue
        if metric == "auc":
            draws[metric] = resampling.auc([o["segment_scores"] for o in outputs])
            inside = [_value(o.metrics, "abnormal_auc", options) for o in of_seeds]
            if None not in inside:
                numbers["abnormal_auc"] = _measured(inside)
        else:
            draws[metric] = resampling.maa([o["class_probabilities"] for o in outputs])
        numbers[metric] = _measured(values, interval(draws[metric]))
    return MeasuredRow(
        row=row,
        numbers=numbers,
        draws=draws,
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
    for metric in result.draws.keys() & other.draws.keys():
        differences.append(
            Difference(
                metric=metric,
                row=result.row.title,
                other=other.row.title,
                mean=result.numbers[metric].mean - other.numbers[metric].mean,
                interval=interval(result.draws[metric] - other.draws[metric]),
            )
        )
    return sorted(differences, key=lambda difference: difference.metric)


def _value(metrics, metric, options):
    for key in _PATHS[metric]:
        metrics = metrics and metrics[options.alignment if key is None else key]
    return metrics


def scores_of(run, videos):
    """Returns the outputs of a run for some videos, in their order.

    Args:
        run: `Run`.
        videos: list of `Video`.
    """
    names, scores = load_scores(run.scores)
    indices = {name: index for index, name in enumerate(names)}
    if indices.keys() != {video.name for video in videos}:
        raise RunError(
            f"{run.folder}: expected scores of the {len(videos)} test videos of the table. "
            f"Found those of {len(names)}; delete the folder if the data have changed"
        )
    order = [indices[video.name] for video in videos]
    return {name: values[order] for name, values in scores.items()}


def _measured(values, of_draws=None):
    spread = float(np.std(values, ddof=1)) if len(values) > 1 else float("nan")
    return Measured(
        values=values, mean=float(np.mean(values)), std=spread, interval=of_draws
    )
