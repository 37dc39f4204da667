"""Areas under the ROC curve, at frame level and at video level."""

import numpy as np

from keras_wsad.errors import DataError


def frame_level_auc(frame_labels, frame_scores):
    """Area under the ROC curve over frames, all videos concatenated.

    The area is by trapezoids, so that equal scores count half.

    Args:
        frame_labels: bool or 0/1 array of shape `(frames,)`.
        frame_scores: float array of shape `(frames,)`.

    Returns:
        float, from 0 to 1.

    Raises:
        DataError: all frames are anomalous or all normal, shapes differ, or a score is not
            finite.

    Example:

    >>> frame_level_auc([0, 0, 1, 1], [0.1, 0.4, 0.4, 0.8])
    0.875

    Reference:
        - [Sultani et al., 2018](https://arxiv.org/abs/1801.04264), section 5.1.
    """
    frame_labels, frame_scores = np.asarray(frame_labels), np.asarray(frame_scores)
    if frame_labels.ndim != 1 or frame_labels.shape != frame_scores.shape:
        raise DataError(
            "Expected labels and scores of one shape (frames,). "
            f"Received: shapes {frame_labels.shape} and {frame_scores.shape}"
        )
    if not np.isfinite(frame_scores).all():
        raise DataError("Expected finite scores. Received: NaN or infinity")
    if len(np.unique(frame_labels)) != 2:
        raise DataError(
            "Expected both anomalous and normal frames, without which there is no ROC. "
            f"Received: only {np.unique(frame_labels).tolist()}"
        )
    from sklearn.metrics import roc_auc_score

    return float(roc_auc_score(frame_labels, frame_scores))


def video_level_auc(is_anomalous, segment_scores):
    """Area under the ROC curve over videos, each judged by its highest segment score.

    It needs no temporal annotation, so that it can be computed on held-out training videos.

    Args:
        is_anomalous: bool or 0/1 array of shape `(videos,)`.
        segment_scores: float array of shape `(videos, segments)`.

    Returns:
        float, from 0 to 1.

    Raises:
        DataError: as `frame_level_auc`.

    Example:

    >>> video_level_auc([1, 0], [[0.1, 0.9], [0.3, 0.2]])
    1.0
    """
    return frame_level_auc(is_anomalous, np.max(segment_scores, axis=1))
