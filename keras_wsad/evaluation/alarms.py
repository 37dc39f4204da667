"""Alarm metrics: events that are found, how soon, and normal videos that stay silent."""

import numpy as np

from keras_wsad.alignment import expand_to_frames
from keras_wsad.metrics.alarms import event_iou
from keras_wsad.metrics.bootstrap import interval

#: IoU from which on an event counts as found.
FOUND_IOU = 0.3


def alarm_metrics(videos, scores, alignment, weights, threshold):
    """Computes the shares of found events and of silent normal videos, a dict for JSON.

    The event of an anomalous video is found if the frames that score above the threshold
    and the annotated frames have an IoU of at least 0.3; all alarms and all events of the
    video are taken together. A video whose annotation lies past its end has no annotated
    frame and does not count. A normal video is silent if none of its frames scores above
    the threshold. The delay of an event is that of its first frame above the threshold from
    its first frame; an event without one is infinitely late.

    Args:
        videos: list of `Video` with known frame counts.
        scores: dict of model outputs, the first axis the videos.
        alignment: `"aligned"` or `"release"`.
        weights: int array of shape `(replicates, videos)`, from `resample_videos`.
        threshold: float.

    Returns:
        A dict of `found_events` and `silent_normal_videos`, from 0 to 1, each with its
        bootstrap `_interval`; NaN if no video counts. `delay_frames` is the median delay of
        all events in frames; NaN if it is infinite, or if there are none.
    """
    found = np.full(len(videos), np.nan)
    silent = np.full(len(videos), np.nan)
    delays = []
    for index, video in enumerate(videos):
        labels = video.frame_labels()
        row = np.asarray(scores["segment_scores"][index], np.float64)
        frames = expand_to_frames(row, len(labels), alignment)
        if not video.is_anomalous:
            silent[index] = not np.any(frames > threshold)
        elif labels.any():
            found[index] = event_iou(labels, frames, threshold) >= FOUND_IOU
        for start, end in video.events:
            inside = frames[start:end] > threshold
            if inside.size:
                delays.append(inside.argmax() if inside.any() else np.inf)
    delay = float(np.median(delays)) if delays else np.nan
    metrics = {"delay_frames": delay if np.isfinite(delay) else np.nan}
    for name, values in (("found_events", found), ("silent_normal_videos", silent)):
        counts = ~np.isnan(values)
        if not counts.any():
            metrics[name] = np.nan
            metrics[f"{name}_interval"] = [np.nan, np.nan]
            continue
        drawn = weights[:, counts]
        metrics[name] = float(values[counts].mean())
        # A replicate may hold no video that counts.
        with np.errstate(invalid="ignore"):
            shares = drawn @ values[counts] / drawn.sum(axis=1)
        metrics[f"{name}_interval"] = interval(shares)
    return metrics
