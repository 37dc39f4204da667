"""Areas under the ROC curve of events against what surrounds them."""

import numpy as np

from keras_wsad.metrics.frame_level_auc import frame_level_auc

_EVENT, _BEFORE, _AFTER, _NORMAL = range(4)


def event_auc(frame_labels, frame_scores):
    """Splits the frame-level AUC by the frames that events are told from.

    Frames inside an event, of all videos together, are compared with three kinds of other
    frames, each also of all videos together:

    - `"before"`: frames before the first event of their video;
    - `"after"`: the other frames outside events of a video that has one, so also those
      between two events;
    - `"normal"`: frames of videos without an event.

    The mean of the three, weighted by the number of frames of each kind, is
    `frame_level_auc`, and that of the first two its value within anomalous videos. A
    detector whose score rises with an event and stays up has a high area before and a low
    one after.

    Args:
        frame_labels: list of bool or 0/1 arrays of shape `(frames,)`, one for each video.
        frame_scores: list of float arrays of the same shapes.

    Returns:
        A dict from `"before"`, `"after"` and `"normal"` to a float from 0 to 1, NaN if
        there are no frames of that kind or no events.

    Raises:
        DataError: a score is not finite.

    Example:

    >>> event_auc([[0, 1, 0], [0, 0]], [[0.1, 0.5, 0.5], [0.7, 0.2]])
    {'before': 1.0, 'after': 0.5, 'normal': 0.5}
    """
    kinds = []
    for labels in frame_labels:
        labels = np.asarray(labels, bool)
        outside = np.where(np.logical_or.accumulate(labels), _AFTER, _BEFORE)
        kind = np.where(labels, _EVENT, outside)
        kinds.append(kind if labels.any() else np.full(len(labels), _NORMAL))
    kinds, scores = np.concatenate(kinds), np.concatenate(frame_scores)
    areas = {}
    for name, kind in (("before", _BEFORE), ("after", _AFTER), ("normal", _NORMAL)):
        chosen = (kinds == _EVENT) | (kinds == kind)
        labels = kinds[chosen] == _EVENT
        has_area = 0 < labels.sum() < len(labels)
        areas[name] = frame_level_auc(labels, scores[chosen]) if has_area else float("nan")
    return areas
