"""The frames of many videos, laid end to end with the scores of their segments."""

import numpy as np

from keras_wsad.features.frames import expand_to_frames
from keras_wsad.features.frames import frame_boundaries


def frames_of(videos, segment_scores, alignment="release"):
    """Lays the labels and the scores of many videos end to end.

    Args:
        videos: list of `Video` with known frame counts.
        segment_scores: array of shape `(videos, segments)`.
        alignment: `"release"` or `"aligned"`. Defaults to `"release"`.

    Returns:
        `(frame_labels, frame_scores)`, two arrays of shape `(frames,)`.
    """
    labels = [video.frame_labels() for video in videos]
    scores = [
        expand_to_frames(row, len(label), alignment)
        for row, label in zip(segment_scores, labels, strict=True)
    ]
    return np.concatenate(labels), np.concatenate(scores)


def frames_per_segment(videos, num_segments, alignment):
    """Counts the anomalous and the normal frames of each segment of each video.

    Args:
        videos: list of `Video` with known frame counts.
        num_segments: int.
        alignment: `"release"` or `"aligned"`.

    Returns:
        `(anomalous, normal)`, two int arrays of shape `(videos, segments)`.
    """
    positives, negatives = [], []
    for video in videos:
        edges = frame_boundaries(video.num_frames, num_segments, alignment)
        until = np.concatenate([[0], np.cumsum(video.frame_labels())])[edges]
        positives.append(np.diff(until))
        negatives.append(np.diff(edges) - np.diff(until))
    return np.array(positives), np.array(negatives)
