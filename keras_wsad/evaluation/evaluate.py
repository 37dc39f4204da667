"""Evaluation of a run: metrics and scores, written into its folder."""

import numpy as np

from keras_wsad.errors import ConfigError
from keras_wsad.evaluation.all_metrics import compute_metrics
from keras_wsad.evaluation.score_run import score_run
from keras_wsad.evaluation.scores_file import save_scores
from keras_wsad.files import write_json
from keras_wsad.runs import Run


def evaluate(folder, data=None, replicates=1000):
    """Evaluates a finished run on its test videos.

    Writes `metrics.json` and `scores.npz` into the run folder; `draw_evaluation` draws
    them.

    Args:
        folder: str or path. A run folder.
        data: str or path, or `None`. The data folder, if it has moved since training.
        replicates: int. Bootstrap resamplings for the intervals. Defaults to `1000`.

    Returns:
        The metrics, as written to `metrics.json`; `None` for what is not defined, such as
        the area of a class without an anomalous frame.

    Raises:
        ConfigError: `replicates` is below 1 or above a million.
        RunError: the folder is not a finished run.
        LockedError: another process trains or evaluates it.
        DataError: the data is missing, or its features have another width or extraction.
    """
    if not 1 <= replicates <= 10**6:
        raise ConfigError(f"Expected 1 <= replicates <= 10**6. Received: {replicates}")
    run = Run(folder)
    # Before anything is written: the folder may be no run.
    run.load_config()
    with run.locked():
        scored = score_run(folder, data)
        metrics = compute_metrics(scored.videos, scored.scores, replicates)
        metrics = _without_nan({"about": scored.about, **metrics})
        save_scores(run.scores, scored.videos, scored.scores)
        write_json(run.metrics, metrics)
    return metrics


def describe_protocol(about):
    """Describes the data and the protocol of a measurement in one line.

    Args:
        about: dict, the entry `about` of the metrics.
    """
    checkpoint = about["checkpoint"] or {}
    rule = checkpoint.get("rule", "unknown")
    if "classification" in checkpoint:
        rule += ", one for detection and one for classification"
    return (
        f"{about['system']}. Features: {about['features']}; "
        f"{about['test_videos']} test videos, "
        f"pooling {about['pooling']}, {about['crops']} crop(s), "
        f"checkpoint {rule}, seed {about['seed']}"
    )


def _without_nan(content):
    """Replaces NaN, which JSON lacks, by `None`."""
    if isinstance(content, dict):
        return {key: _without_nan(value) for key, value in content.items()}
    if isinstance(content, list):
        return [_without_nan(value) for value in content]
    return None if isinstance(content, float) and np.isnan(content) else content
