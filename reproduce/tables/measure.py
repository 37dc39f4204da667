"""Computes the numbers of a table from its runs."""

import dataclasses
import itertools

import numpy as np

from keras_wsad.alignment import expand_to_frames
from keras_wsad.errors import RunError
from keras_wsad.evaluation.scores_file import load_scores
from keras_wsad.metrics import event_auc
from keras_wsad.metrics.bootstrap import interval
from reproduce.tables.details import measure_details

# Keys of a metric in the result of `evaluate`.
_PATHS = {
    "auc": ("detection", "aligned", "auc"),
    "auc_release": ("detection", "release", "auc"),
    "abnormal_auc": ("detection", "aligned", "abnormal_auc"),
    "maa": ("classification", "maa"),
}

#: The numbers of a row by their names in CSV: frame AUC under both alignments; aligned,
#: that within anomalous videos and the areas of `event_auc`; and mAA.
NUMBERS = ("auc", "auc_release", "abnormal_auc", "auc_before", "auc_after", "auc_normal")
NUMBERS += ("maa",)


@dataclasses.dataclass(frozen=True)
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
        return mean_over_seeds(self.values)

    @property
    def std(self):
        """Sample standard deviation over the seeds; NaN of one seed."""
        return deviation_over_seeds(self.values)

    @property
    def interval(self):
        """95 % interval of the mean over seeds and test videos, or `None`."""
        return None if self.draws is None else interval(self.draws)


@dataclasses.dataclass(frozen=True, kw_only=True)
class MeasuredRow:
    """A row with its numbers.

    Attributes:
        row: `Row`.
        numbers: dict from a name in `NUMBERS` to `Measured`; missing ones are left out.
        outputs: dict from `"auc"` and `"maa"` to an array for each seed, the first axis
            the test videos: `segment_scores` or `class_probabilities`.
        features: str. What its systems read.
        problems: dict from a metric to the reason why it has no number.
        failed: bool. Whether a run failed.
        details: dict from a name in `DETAILS` to a list with a float for each seed.
    """

    row: object
    numbers: dict
    outputs: dict
    features: str
    problems: dict
    failed: bool
    details: dict = dataclasses.field(default_factory=dict)

    @property
    def is_proposed(self):
        """Whether it is the paper's complete model."""
        return any(
            cell.system == "joint" and not cell.settings for cell in self.row.cells.values()
        )


def measure_rows(outcomes, resampling, with_details=False):
    """Collects the numbers of the rows of a table.

    Args:
        outcomes: list of `Outcome`, in the order of the table.
        resampling: `Resampling`.
        with_details: bool. Whether the rows have `details`. Defaults to `False`.

    Returns:
        A list of `MeasuredRow`.
    """
    rows = itertools.groupby(outcomes, lambda outcome: outcome.job.row)
    return [
        _measure_row(row, list(of_row), resampling, with_details) for row, of_row in rows
    ]


def _measure_row(row, outcomes, resampling, with_details):
    numbers, outputs, problems, features, failed = {}, {}, {}, [], False
    details = {}
    for metric, of_cell in itertools.groupby(outcomes, lambda outcome: outcome.job.metric):
        of_cell = list(of_cell)
        bad = next((outcome for outcome in of_cell if outcome.problem), None)
        if bad:
            problems[metric] = bad.problem
            failed |= bad.is_failure
            continue
        features.append(of_cell[0].metrics["about"]["reads"])
        values = _values(of_cell, metric)
        if None in values.values():
            problems[metric] = "names no classes" if metric == "maa" else "not defined"
            continue
        try:
            outputs[metric] = _outputs(of_cell, metric, resampling.videos)
        except RunError as error:
            problems[metric], failed = f"failed: {error}", True
            continue
        if metric == "maa":
            numbers["maa"] = Measured(values, resampling.maa(outputs["maa"]))
        else:
            numbers |= _detection(of_cell, outputs["auc"], resampling)
            details = measure_details(of_cell) if with_details else {}
    return MeasuredRow(
        row=row,
        numbers=numbers,
        outputs=outputs,
        features=", ".join(dict.fromkeys(features)) or "-",
        problems=problems,
        failed=failed,
        details=details,
    )


def _detection(outcomes, segment_scores, resampling):
    """Returns a dict of the `Measured` metrics of detection, those that are defined."""
    numbers = {}
    for metric, *how in (
        ("auc", "aligned"),
        ("auc_release", "release"),
        ("abnormal_auc", "aligned", True),
    ):
        values = _values(outcomes, metric)
        draws = None if None in values.values() else resampling.auc(segment_scores, *how)
        numbers[metric] = Measured(values, draws)
    labels = [video.frame_labels() for video in resampling.videos]
    areas = []
    for scores in segment_scores:
        rows = zip(scores, labels, strict=True)
        frame_scores = [expand_to_frames(row, len(frames)) for row, frames in rows]
        areas.append(event_auc(labels, frame_scores))
    seeds = numbers["auc"].values
    for name in areas[0]:
        of_seeds = zip(seeds, areas, strict=True)
        numbers[f"auc_{name}"] = Measured({seed: area[name] for seed, area in of_seeds})
    # Not defined is `None` in the metrics of a run and NaN here.
    return {
        metric: number
        for metric, number in numbers.items()
        if not np.isnan(np.array(list(number.values.values()), float)).any()
    }


def _values(outcomes, metric):
    """Returns a metric of each seed, `None` where it is not defined."""
    values = {}
    for outcome in outcomes:
        found = outcome.metrics
        for key in _PATHS[metric]:
            found = found and found[key]
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


def mean_over_seeds(of_seeds):
    """Returns the mean of a dict from seeds to floats."""
    return float(np.mean(list(of_seeds.values())))


def deviation_over_seeds(of_seeds):
    """Returns their sample standard deviation, NaN of one seed."""
    values = list(of_seeds.values())
    return float(np.std(values, ddof=1)) if len(values) > 1 else float("nan")
