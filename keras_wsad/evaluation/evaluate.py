"""The evaluation of a run: its metrics and its pictures, left in its folder."""

import numpy as np
from sklearn.metrics import roc_curve

from keras_wsad import figures
from keras_wsad.alignment import ALIGNMENTS
from keras_wsad.alignment import frames_of
from keras_wsad.errors import ConfigError
from keras_wsad.evaluation.all_metrics import compute_metrics
from keras_wsad.evaluation.score_run import score_run
from keras_wsad.evaluation.scores_file import save_scores
from keras_wsad.files import write_json


def evaluate(folder, data=None, replicates=1000):
    """Evaluates a finished run on the test videos and leaves metrics and pictures in it.

    Args:
        folder: str or path. A run folder.
        data: str or path, or `None`. The data folder, if it has moved since training.
        replicates: int. Bootstrap resamplings for the intervals. Defaults to `1000`.

    Returns:
        The metrics, as written to `metrics.json`; `None` for what is not defined, such as
        the area of a class without an anomalous frame.

    Raises:
        RunError: the folder is no finished run.
        DataError: the data is gone, of another width, or of another extraction.
    """
    if replicates < 1:
        raise ConfigError(f"Expected replicates >= 1. Received: {replicates}")
    scored = score_run(folder, data)
    threshold = scored.about["threshold"]["value"]
    metrics = compute_metrics(scored.videos, scored.scores, replicates, threshold)
    metrics = _without_nan({"about": scored.about, **metrics})
    save_scores(scored.run.scores, scored.videos, scored.scores)
    write_json(scored.run.metrics, metrics)
    _draw(scored.run, scored.videos, scored.scores["segment_scores"], metrics)
    return metrics


def describe_protocol(about):
    """Says in one line on what and how a number was measured.

    Args:
        about: dict, the entry `about` of the metrics.
    """
    checkpoint = about["checkpoint"] or {}
    return (
        f"{about['system']}. Features: {about['features']}; "
        f"{about['test_videos']} test videos, "
        f"pooling {about['pooling']}, {about['crops']} crop(s), "
        f"checkpoint {checkpoint.get('rule', 'unknown')}, seed {about['seed']}"
    )


def _draw(run, videos, segment_scores, metrics):
    title = describe_protocol(metrics["about"])
    curves = {}
    for alignment in ALIGNMENTS:
        area = metrics["detection"][alignment]["auc"]
        if area is None:
            continue
        rates = roc_curve(*frames_of(videos, segment_scores, alignment))[:2]
        curves[f"this run, {alignment} frames: {area:.4f}"] = rates
    figures.draw_roc(run.folder / "roc.png", curves, title)
    if metrics["classification"]:
        confusion = metrics["classification"]["confusion"]
        figures.draw_confusion(run.folder / "confusion.png", confusion, title)


def _without_nan(content):
    """Replaces NaN, which JSON does not have, by null."""
    if isinstance(content, dict):
        return {key: _without_nan(value) for key, value in content.items()}
    if isinstance(content, list):
        return [_without_nan(value) for value in content]
    return None if isinstance(content, float) and np.isnan(content) else content
