"""Pictures of an evaluated run: its ROC curve, its calibration, its confusion matrix."""

import numpy as np
from sklearn.metrics import roc_curve

from keras_wsad import figures
from keras_wsad.alignment import ALIGNMENTS
from keras_wsad.errors import RunError
from keras_wsad.evaluation.evaluate import describe_protocol
from keras_wsad.evaluation.scores_file import load_scores
from keras_wsad.files import read_json
from keras_wsad.runs import Run


def draw_evaluation(folder):
    """Draws the evaluation of a run from its `scores.npz` and `metrics.json`.

    Args:
        folder: str or path. A run folder that `evaluate` has written to.

    Returns:
        A list of the paths written: `roc.png`, `reliability.png`, and `confusion.png` if
        the system names classes.

    Raises:
        RunError: the run is not evaluated.
    """
    run = Run(folder)
    outputs = load_scores(run.scores)[1]
    try:
        metrics = read_json(run.metrics)
    except (OSError, ValueError) as error:
        raise RunError(
            f"{run.metrics}: expected the metrics of a run ({error})."
        ) from error
    title = describe_protocol(metrics["about"])
    curves = {}
    for alignment in ALIGNMENTS:
        area = metrics["detection"][alignment]["auc"]
        if area is not None:
            frames = outputs[f"frames_{alignment}"]
            rates = _roc(outputs["segment_scores"], frames)
            curves[f"this run, {alignment} frames: {area:.4f}"] = rates
    paths = [run.folder / "roc.png", run.folder / "reliability.png"]
    figures.draw_roc(paths[0], curves, title)
    of_videos = metrics["video_level"]
    points = of_videos["reliability"].values()
    error = f"calibration error {of_videos['calibration_error']:.3f}"
    figures.draw_reliability(paths[1], points, f"{title}; {error}")
    if metrics["classification"]:
        paths.append(run.folder / "confusion.png")
        figures.draw_confusion(paths[2], metrics["classification"]["confusion"], title)
    return paths


def _roc(segment_scores, frames):
    """Returns the frame-level ROC curve, in which a segment counts once per frame."""
    scores = np.broadcast_to(segment_scores[..., None], frames.shape)
    is_anomalous = np.broadcast_to([True, False], frames.shape)
    weights = frames.ravel()
    return roc_curve(is_anomalous.ravel(), scores.ravel(), sample_weight=weights)[:2]
