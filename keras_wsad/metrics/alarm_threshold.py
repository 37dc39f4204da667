"""The score above which a video raises an alarm, chosen without temporal annotation."""

import numpy as np

#: What is taken where nothing was there to choose from.
FIXED = {"value": 0.5, "rule": "fixed", "videos": 0}


def choose_alarm_threshold(is_anomalous, segment_scores):
    """Chooses the threshold that best tells held-out videos apart by their highest score.

    A video is an alarm if its highest segment score is above the threshold. Of all
    thresholds the one is taken that maximises Youden's `J = TPR - FPR`: the share of
    anomalous videos that are alarms less that of normal ones. J is the same between two
    neighbouring scores, so that thresholds lie halfway between them; of equally good ones
    the middle of the widest gap is taken, of equally wide gaps the highest.

    Args:
        is_anomalous: bool or 0/1 array of shape `(videos,)`.
        segment_scores: float array of shape `(videos, segments)`.

    Returns:
        A dict for JSON: `value`, the threshold; `rule`, `"youden_on_validation"`; and
        `videos`, how many it was chosen on. Where videos of a kind are missing or no
        threshold does better than none, it is `0.5` and the rule is `"fixed"`.

    Example:

    >>> choose_alarm_threshold([1, 1, 0], [[0.1, 0.75], [0.5, 0.25], [0.25, 0.25]])
    {'value': 0.375, 'rule': 'youden_on_validation', 'videos': 3}

    Reference:
        - Youden, Index for rating diagnostic tests, Cancer 3(1), 1950.
    """
    anomalous = np.asarray(is_anomalous, bool)
    positives, negatives = int(anomalous.sum()), int((~anomalous).sum())
    if not positives or not negatives:
        return dict(FIXED)
    highest = np.max(np.asarray(segment_scores, np.float64), axis=1)
    levels = np.unique(highest)
    low, high = levels[:-1], levels[1:]
    alarms = highest[:, None] > low
    # J times both counts, in whole numbers: equal ones are seen as equal.
    gains = alarms[anomalous].sum(axis=0) * negatives
    gains = gains - alarms[~anomalous].sum(axis=0) * positives
    if max(gains, default=0) <= 0:
        return dict(FIXED)
    best = np.flatnonzero(gains == gains.max())[::-1]
    gap = best[np.argmax((high - low)[best])]
    return {
        "value": float((low[gap] + high[gap]) / 2),
        "rule": "youden_on_validation",
        "videos": len(anomalous),
    }
