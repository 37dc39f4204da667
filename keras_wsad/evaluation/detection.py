"""Frame-level detection metrics of many videos."""

import collections

import numpy as np
from sklearn.metrics import average_precision_score

from keras_wsad.alignment import frame_boundaries
from keras_wsad.alignment import frames_of
from keras_wsad.alignment import frames_per_segment
from keras_wsad.data import CLASS_NAMES
from keras_wsad.data import NORMAL
from keras_wsad.metrics import false_alarm_rate
from keras_wsad.metrics import frame_level_auc
from keras_wsad.metrics import temporal_map
from keras_wsad.metrics.bootstrap import interval
from keras_wsad.metrics.bootstrap import weighted_auc
from keras_wsad.metrics.temporal_map import IOU_THRESHOLDS
from keras_wsad.metrics.temporal_map import propose


def detection_metrics(videos, scores, alignment, weights):
    """Computes the frame-level metrics under one alignment, a dict for JSON.

    Args:
        videos: list of `Video` with known frame counts.
        scores: dict of model outputs, the first axis the videos.
        alignment: `"aligned"` or `"release"`.
        weights: int array of shape `(replicates, videos)`, from `resample_videos`.
    """
    segment_scores = np.asarray(scores["segment_scores"], np.float64)
    probabilities = scores.get("class_probabilities")
    lengths = [video.num_frames for video in videos]
    frame_labels, frame_scores = frames_of(videos, segment_scores, alignment)
    video_labels = np.array([video.label for video in videos])
    frame_classes = np.repeat(video_labels, lengths)
    anomalous_videos = frame_classes != NORMAL

    counts = frames_per_segment(videos, segment_scores.shape[1], alignment)
    anomalous = video_labels != NORMAL

    class_auc = {}
    labels = sorted(set(video_labels[anomalous].tolist()))
    for label in labels if probabilities is not None else ():
        weighted = frame_scores * np.repeat(probabilities[:, label], lengths)
        of_class = frame_labels & (frame_classes == label)
        class_auc[CLASS_NAMES[label]] = _area(of_class, weighted)
    return {
        "auc": _area(frame_labels, frame_scores),
        "auc_interval": interval(weighted_auc(*counts, segment_scores, weights)),
        "abnormal_auc": _area(
            frame_labels[anomalous_videos], frame_scores[anomalous_videos]
        ),
        "abnormal_auc_interval": interval(
            weighted_auc(
                *(count[anomalous] for count in counts),
                segment_scores[anomalous],
                weights[:, anomalous],
            )
        ),
        "average_precision": float(average_precision_score(frame_labels, frame_scores))
        if frame_labels.any()
        else np.nan,
        "false_alarm_rate": false_alarm_rate(frame_scores[~anomalous_videos]),
        "class_auc": class_auc,
        "class_auc_mean": _mean_of_defined(class_auc.values()),
        "map_at_iou": _temporal_maps(videos, segment_scores, probabilities, alignment),
        "frames": len(frame_labels),
        "anomalous_frames": int(frame_labels.sum()),
    }


def _area(labels, scores):
    """Returns the area under the ROC curve, NaN if all frames have one label."""
    return frame_level_auc(labels, scores) if 0 < np.sum(labels) < len(labels) else np.nan


def _mean_of_defined(values):
    defined = [value for value in values if not np.isnan(value)]
    return float(np.mean(defined)) if defined else np.nan


def _temporal_maps(videos, segment_scores, probabilities, alignment):
    if probabilities is None:
        return dict.fromkeys([*map(str, IOU_THRESHOLDS), "mean"], np.nan)
    proposals, events = collections.defaultdict(list), collections.defaultdict(list)
    for video, row, by_class in zip(videos, segment_scores, probabilities, strict=True):
        for start, end in video.events:
            # Annotation may go past the end of the video.
            end = min(end, video.num_frames)
            if start < end:
                events[video.label].append((video.name, start, end))
        boundaries = frame_boundaries(video.num_frames, len(row), alignment)
        for score, start, end in propose(row, boundaries):
            for label, probability in enumerate(by_class):
                confidence = score * float(probability)
                # A class of probability zero gets no proposal.
                if confidence > 0:
                    proposals[label].append((confidence, video.name, start, end))
    maps = {f"{iou}": temporal_map(proposals, events, iou) for iou in IOU_THRESHOLDS}
    return {**maps, "mean": float(np.mean(list(maps.values())))}
