"""Alarms: runs of scores above a threshold, and their overlap with events."""

import numpy as np

#: A calibrated score above it is an alarm: such a video is more likely anomalous than not.
ALARM_THRESHOLD = 0.5


def alarm_runs(segment_scores, threshold, boundaries=None):
    """Finds the runs of segments that score above a threshold.

    Args:
        segment_scores: float array of shape `(segments,)`.
        threshold: float.
        boundaries: int array of shape `(segments + 1,)`, in frames, or `None`. Segments
            without a frame, which short videos have, are passed over. Defaults to `None`.

    Returns:
        A list of `(start, end, peak)`: segments `start` to `end - 1`, and the highest
        score among them.

    Example:

    >>> alarm_runs([0.1, 0.8, 0.9, 0.2, 0.7], 0.5)
    [(1, 3, 0.9), (4, 5, 0.7)]
    """
    scores = np.asarray(segment_scores, np.float64)
    if boundaries is None:
        boundaries = np.arange(len(scores) + 1)
    indices = np.flatnonzero(np.diff(boundaries))
    above = np.concatenate([[False], scores[indices] > threshold, [False]])
    edges = np.flatnonzero(above[1:] != above[:-1])
    return [
        (int(indices[i]), int(indices[j - 1]) + 1, float(scores[indices[i:j]].max()))
        for i, j in zip(edges[::2], edges[1::2], strict=True)
    ]


def event_iou(frame_labels, frame_scores, threshold):
    """Overlap of the alarms of a video with its annotated events, in frames.

    Alarms are all frames that score above the threshold, events all frames that are
    annotated, however many intervals either are: `|alarms and events| / |alarms or
    events|`.

    Args:
        frame_labels: bool or 0/1 array of shape `(frames,)`.
        frame_scores: float array of shape `(frames,)`.
        threshold: float.

    Returns:
        float, from 0 to 1; NaN where there is neither an alarm nor an event.

    Example:

    >>> event_iou([0, 1, 1, 1, 0], [0.9, 0.9, 0.9, 0.2, 0.1], threshold=0.5)
    0.5
    """
    events = np.asarray(frame_labels, bool)
    alarms = np.asarray(frame_scores, np.float64) > threshold
    either = np.sum(alarms | events)
    return float(np.sum(alarms & events) / either) if either else np.nan
