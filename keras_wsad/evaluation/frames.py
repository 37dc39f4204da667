"""The frames of many videos, laid end to end with the scores of their segments."""

import numpy as np

from keras_wsad.features.frames import expand_to_frames


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
