import numpy as np


def false_alarm_rate(frame_scores, threshold=0.5):
    """Share of the frames of normal videos that would raise an alarm.

    Args:
        frame_scores: float array of shape `(frames,)`, of normal videos only.
        threshold: float. A score above it is an alarm. Defaults to `0.5`.

    Returns:
        float, from 0 to 1; NaN without a frame.

    Example:

    >>> false_alarm_rate([0.1, 0.6, 0.2, 0.4])
    0.25

    Reference:
        - [Sultani et al., 2018](https://arxiv.org/abs/1801.04264), section 5.3.
    """
    frame_scores = np.asarray(frame_scores)
    return float(np.mean(frame_scores > threshold)) if frame_scores.size else np.nan
