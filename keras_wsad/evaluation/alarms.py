"""What the alarms of a model find in many videos."""

import numpy as np

from keras_wsad.alignment import expand_to_frames
from keras_wsad.metrics.alarms import event_iou
from keras_wsad.metrics.bootstrap import interval

#: The least overlap with which an event counts as found.
FOUND_IOU = 0.3


def alarm_metrics(videos, scores, alignment, weights, threshold):
    """Computes which events are found and which normal videos stay silent, for JSON.

    An anomalous video's event is found if its frames that score above the threshold and
    its annotated frames overlap by at least 0.3, intersection over union, all alarms and
    all events of the video taken together. A video without an annotated frame, whose
    annotation lies past its end, does not count. A normal video is silent if not one of
    its frames scores above the threshold.

    Args:
        videos: list of `Video` with known frame counts.
        scores: dict of model outputs, the first axis the videos.
        alignment: `"aligned"` or `"release"`.
        weights: int array of shape `(replicates, videos)`, from `resample_videos`.
        threshold: float.

    Returns:
        A dict of `found_events` and `silent_normal_videos`, from 0 to 1, each with its
        bootstrap `_interval`; NaN without a video that counts.
    """
    found = np.full(len(videos), np.nan)
    silent = np.full(len(videos), np.nan)
    for place, video in enumerate(videos):
        labels = video.frame_labels()
        row = np.asarray(scores["segment_scores"][place], np.float64)
        frames = expand_to_frames(row, len(labels), alignment)
        if not video.is_anomalous:
            silent[place] = not np.any(frames > threshold)
        elif labels.any():
            found[place] = event_iou(labels, frames, threshold) >= FOUND_IOU
    metrics = {}
    for name, values in (("found_events", found), ("silent_normal_videos", silent)):
        counts = ~np.isnan(values)
        if not counts.any():
            metrics[name] = np.nan
            metrics[f"{name}_interval"] = [np.nan, np.nan]
            continue
        drawn = weights[:, counts]
        metrics[name] = float(values[counts].mean())
        # Videos are drawn within classes: only a video that does not count can go missing.
        with np.errstate(invalid="ignore"):
            shares = drawn @ values[counts] / drawn.sum(axis=1)
        metrics[f"{name}_interval"] = interval(shares)
    return metrics
