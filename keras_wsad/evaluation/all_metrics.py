"""All metrics of a model's outputs, and their definitions."""

import numpy as np

from keras_wsad.alignment import ALIGNMENTS
from keras_wsad.evaluation.alarms import alarm_metrics
from keras_wsad.evaluation.classification import classification_metrics
from keras_wsad.evaluation.classification import video_level_metrics
from keras_wsad.evaluation.detection import detection_metrics
from keras_wsad.metrics.alarms import ALARM_THRESHOLD
from keras_wsad.metrics.bootstrap import resample_videos

DEFINITIONS = {
    "auc": "area under the frame-level ROC over all test videos laid end to end",
    "abnormal_auc": "the same over the frames of anomalous test videos only",
    "average_precision": "average precision of the frame scores over all test videos",
    "false_alarm_rate": "share of the frames of normal test videos that score above 0.5",
    "found_events": "share of the anomalous test videos in which the frames above 0.5 and "
    "the annotated frames overlap by 0.3 or more, intersection over union; videos without "
    "an annotated frame do not count",
    "delay_frames": "median over the annotated events of the frames from an event's first "
    "to its first above 0.5; none if most events have no such frame",
    "silent_normal_videos": "share of the normal test videos without a frame above 0.5",
    "class_auc": "per anomaly class, frame-level ROC area of segment score x class "
    "probability for the frames of that class against all others; mean over the "
    "classes that have them",
    "map_at_iou": "mean average precision of proposed events by class and overlap; "
    "confidence is mean segment score x class probability; mean over the classes",
    "video_auc": "area under the ROC over test videos by their highest segment score",
    "calibration_error": "mean distance, over ten bins of videos by their highest segment "
    "score, between its mean and the share of anomalous videos",
    "maa": "mean over the classes of the accuracy within each, at video level",
    "interval": "95 % bootstrap percentile interval over test videos, drawn within classes",
}


def compute_metrics(videos, scores, replicates=1000):
    """Computes every metric from the outputs of a model.

    Args:
        videos: list of `Video` with known frame counts.
        scores: dict with `segment_scores` of shape `(videos, segments)` and
            `class_probabilities` of shape `(videos, 14)`; without the latter, metrics that
            need a class are NaN and `classification` is `None`.
        replicates: int. Bootstrap resamplings. Defaults to `1000`.

    Returns:
        A dict for JSON: `detection` for each alignment, `video_level`, `classification`,
        `definitions`.
    """
    labels = np.array([video.label for video in videos])
    weights = resample_videos(labels, replicates)
    return {
        "detection": {
            alignment: {
                **detection_metrics(videos, scores, alignment, weights),
                **alarm_metrics(videos, scores, alignment, weights, ALARM_THRESHOLD),
            }
            for alignment in ALIGNMENTS
        },
        "video_level": video_level_metrics(labels, scores["segment_scores"], weights),
        "classification": classification_metrics(
            labels, scores["class_probabilities"].argmax(axis=1), weights
        )
        if "class_probabilities" in scores
        else None,
        "definitions": DEFINITIONS,
    }
