"""The evaluation of a run: its metrics and its pictures, left in its folder."""

import collections
import dataclasses

import numpy as np
from sklearn.metrics import roc_curve

from keras_wsad import figures
from keras_wsad.data import open_experiment_data
from keras_wsad.errors import ConfigError
from keras_wsad.errors import DataError
from keras_wsad.errors import RunError
from keras_wsad.evaluation.all_metrics import compute_metrics
from keras_wsad.evaluation.frames import frames_of
from keras_wsad.features.segments import ALIGNMENTS
from keras_wsad.files import write_json
from keras_wsad.inference import load_model
from keras_wsad.inference import score_videos
from keras_wsad.runs import Run


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
    run = Run(folder)
    config = run.load_config()
    if not run.model.is_file():
        raise RunError(f"{run.folder}: the run is not finished; --resume goes on with it.")
    if data is not None:
        config = dataclasses.replace(config, data=str(data))
    training = run.load_training()
    data = open_experiment_data(config)
    run.refuse_other_features(data.store.extraction)
    model = load_model(run.model)
    if model.feature_dim != data.store.feature_dim:
        raise DataError(
            f"{run.folder}: the model takes {model.feature_dim} features a segment. "
            f"Found {data.store.feature_dim} in the data"
        )
    scores = score_videos(model, data.store, data.test, config.test_crops)
    crops = max(
        min(len(data.store.videos[video.name]), config.test_crops) for video in data.test
    )
    metrics = _without_nan(
        {
            "about": {
                "run": run.folder.name,
                "features": data.source,
                "feature_dim": data.store.feature_dim,
                "num_segments": config.num_segments,
                "pooling": f"{config.reduce}, {config.alignment}",
                "crops": crops,
                "seed": config.seed,
                "checkpoint": training["checkpoint"],
                "threshold": training["threshold"],
                "test_videos": len(data.test),
                "test_videos_without_features": data.left_out,
                "frame_counts": dict(
                    collections.Counter(video.frames_source for video in data.test)
                ),
            },
            **compute_metrics(
                data.test, scores, replicates, training["threshold"]["value"]
            ),
        }
    )
    write_json(run.metrics, metrics)
    _draw(run, data.test, scores["segment_scores"], metrics)
    return metrics


def describe_protocol(about):
    """Says in one line on what and how a number was measured.

    Args:
        about: dict, the entry `about` of the metrics.
    """
    checkpoint = about["checkpoint"] or {}
    return (
        f"Features: {about['features']}; {about['test_videos']} test videos, "
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
    confusion = metrics["classification"]["confusion"]
    figures.draw_confusion(run.folder / "confusion.png", confusion, title)


def _without_nan(content):
    """Replaces NaN, which JSON does not have, by null."""
    if isinstance(content, dict):
        return {key: _without_nan(value) for key, value in content.items()}
    if isinstance(content, list):
        return [_without_nan(value) for value in content]
    return None if isinstance(content, float) and np.isnan(content) else content
