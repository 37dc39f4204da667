"""The score above which a video raises an alarm, chosen without temporal annotation."""

import numpy as np

#: Threshold where there are no videos to choose it on.
FIXED = {"value": 0.5, "rule": "fixed", "videos": 0}


def choose_alarm_threshold(is_anomalous, segment_scores):
    """Chooses the threshold that best tells held-out videos apart by their highest score.

    A video is an alarm if its highest segment score is above the threshold. A threshold is
    rated by Youden's `J = TPR - FPR`: the share of anomalous videos that are alarms less
    that of normal ones. J is constant between two neighbouring scores, so that candidate
    thresholds lie halfway between them.

    With some dozen videos the best J is a rough estimate, and its threshold is often one
    that few scores reach. So the lowest threshold is chosen whose J is within one standard
    error of the best: it is not measurably worse, and its alarms cover more of an event.

    Args:
        is_anomalous: bool or 0/1 array of shape `(videos,)`.
        segment_scores: float array of shape `(videos, segments)`.

    Returns:
        A dict for JSON: `value`, the threshold; `rule`, `"youden_within_one_error"`; and
        `videos`, how many it was chosen on. Without anomalous or normal videos, or if no
        threshold has a J above 0, it is `0.5` and the rule is `"fixed"`.

    Example:

    >>> choose_alarm_threshold([1, 1, 0], [[0.1, 0.75], [0.5, 0.25], [0.25, 0.25]])
    {'value': 0.375, 'rule': 'youden_within_one_error', 'videos': 3}

    Reference:
        - Youden, Index for rating diagnostic tests, Cancer 3(1), 1950.
        - Breiman et al., Classification and Regression Trees, 1984, section 3.4.3, for the
          rule of one standard error.
    """
    anomalous = np.asarray(is_anomalous, bool)
    positives, negatives = int(anomalous.sum()), int((~anomalous).sum())
    if not positives or not negatives:
        return dict(FIXED)
    highest = np.max(np.asarray(segment_scores, np.float64), axis=1)
    levels = np.unique(highest)
    low, high = levels[:-1], levels[1:]
    alarms = highest[:, None] > low
    # In integers, so that ties are exact.
    hits = alarms[anomalous].sum(axis=0)
    false_alarms = alarms[~anomalous].sum(axis=0)
    gains = hits * negatives - false_alarms * positives
    if max(gains, default=0) <= 0:
        return dict(FIXED)
    best = int(gains.argmax())
    variance = sum(
        count * (total - count) / total**3
        for count, total in ((hits[best], positives), (false_alarms[best], negatives))
    )
    allowed = gains[best] - np.sqrt(variance) * positives * negatives
    gap = int(np.flatnonzero((gains >= allowed) & (gains > 0))[0])
    return {
        "value": float((low[gap] + high[gap]) / 2),
        "rule": "youden_within_one_error",
        "videos": len(anomalous),
    }
