"""Video-level metrics: classification, and anomalous against normal videos."""

import numpy as np

from keras_wsad.data import CLASS_NAMES
from keras_wsad.data import NORMAL
from keras_wsad.metrics import class_confusion
from keras_wsad.metrics import mean_average_accuracy
from keras_wsad.metrics import per_class_accuracy
from keras_wsad.metrics import video_level_auc
from keras_wsad.metrics.bootstrap import interval
from keras_wsad.metrics.bootstrap import weighted_auc
from keras_wsad.metrics.calibration import expected_calibration_error
from keras_wsad.metrics.calibration import reliability


def classification_metrics(labels, predictions, weights):
    """Computes the video-level classification metrics, a dict for JSON.

    Args:
        labels: int array of shape `(videos,)`.
        predictions: int array of shape `(videos,)`.
        weights: int array of shape `(replicates, videos)`, from `resample_videos`.
    """
    num_classes = len(CLASS_NAMES)
    accuracy = per_class_accuracy(labels, predictions, num_classes)
    support = np.bincount(labels, minlength=num_classes)
    present = np.flatnonzero(support)
    correct = weights * (labels == predictions)
    # Videos are drawn within classes, so that each class keeps its support.
    replicated = [
        correct[:, labels == label].sum(axis=1) / support[label] for label in present
    ]
    return {
        "maa": mean_average_accuracy(labels, predictions, num_classes),
        "maa_interval": interval(np.mean(replicated, axis=0)),
        "accuracy": float(np.mean(labels == predictions)),
        "per_class": {
            name: {"accuracy": float(accuracy[label]), "support": int(support[label])}
            for label, name in enumerate(CLASS_NAMES)
        },
        "confusion": class_confusion(labels, predictions, num_classes).tolist(),
    }


def video_level_metrics(labels, segment_scores, weights):
    """Computes how well scores separate anomalous from normal videos, a dict for JSON.

    Args:
        labels: int array of shape `(videos,)`.
        segment_scores: float array of shape `(videos, segments)`.
        weights: int array of shape `(replicates, videos)`, from `resample_videos`.
    """
    anomalous = labels != NORMAL
    highest = np.max(segment_scores, axis=1, keepdims=True)
    said, seen, counts = reliability(anomalous, highest[:, 0])
    areas = weighted_auc(anomalous[:, None], ~anomalous[:, None], highest, weights)
    return {
        "video_auc": video_level_auc(anomalous, segment_scores)
        if 0 < anomalous.sum() < len(anomalous)
        else np.nan,
        "video_auc_interval": interval(areas),
        "calibration_error": expected_calibration_error(anomalous, highest[:, 0]),
        "reliability": {
            "score": said.tolist(),
            "anomalous": seen.tolist(),
            "videos": counts.tolist(),
        },
    }
