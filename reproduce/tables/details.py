"""What a table of the field shows besides AUC and mAA."""

import csv
import time

import numpy as np

from keras_wsad.baselines import open_system
from keras_wsad.baselines.head import Head

# Name, and the keys in the result of `evaluate`; all on aligned frames.
_PATHS = {
    "average_precision": ("detection", "aligned", "average_precision"),
    "map": ("detection", "aligned", "map_at_iou", "mean"),
    "found_events": ("detection", "aligned", "found_events"),
    "silent_normal_videos": ("detection", "aligned", "silent_normal_videos"),
    "delay_frames": ("detection", "aligned", "delay_frames"),
    "video_auc": ("video_level", "video_auc"),
}

#: The details with their column titles; all in percent, but for the last three.
DETAILS = {
    "average_precision": "AP",
    "video_auc": "video AUC",
    "map": "mAP@IoU",
    "map_with_normal": "with Normal",
    "found_events": "events found",
    "silent_normal_videos": "silent normal videos",
    "highest_test_auc": "highest test AUC",
    "delay_frames": "frames to the alarm",
    "parameters": "parameters",
    "milliseconds": "ms a video",
}
IN_PERCENT = tuple(DETAILS)[:-3]

#: What the titles mean.
DEFINITIONS = (
    "AP: average precision of all frames. mAP@IoU: mean of .1 to .5, over the classes with "
    "events; with Normal: as VadCLIP's code counts, with Normal as one more class, of AP 0",
    "Alarms are scores above .5, calibrated on held-out videos. Events found: IoU of .3 or "
    "more. Frames to the alarm: median over the events from the first frame of an event to "
    "its first alarm",
    "Highest test AUC: of all evaluations in training, what a choice on the test set would "
    "have reported; no row is chosen by it",
    "Milliseconds: one video of one crop at a time, median of 20, features given; on this "
    "machine, while it did other work too",
)

_TIMES = 20


def measure_details(outcomes):
    """Collects the details of a row.

    Args:
        outcomes: list of `Outcome` of a row, one for each seed, all with metrics.

    Returns:
        A dict from a name in `DETAILS` to a list with a float for each seed, those that
        are defined for all.
    """
    details = {name: [] for name in DETAILS}
    for outcome in outcomes:
        for name, path in _PATHS.items():
            details[name].append(_find(outcome.metrics, path))
        classes = len(outcome.metrics["detection"]["aligned"]["class_auc"])
        found = details["map"][-1]
        details["map_with_normal"].append(found and found * classes / (classes + 1))
        details["highest_test_auc"].append(_highest(outcome.job.run.log))
    details |= _cost(outcomes[0].job)
    return {
        name: values for name, values in details.items() if values and None not in values
    }


def _find(metrics, path):
    for key in path:
        metrics = metrics and metrics.get(key)
    return metrics


def _highest(log):
    """Returns the highest watched AUC of a log, `None` if the test was not watched."""
    if not log.is_file():
        return None
    with open(log, encoding="utf-8", newline="") as file:
        values = [line.get("watched_frame_auc") for line in csv.DictReader(file)]
    return max((float(value) for value in values if value), default=None)


def _cost(job):
    """Returns the parameters of a head, and the time that it takes for a video."""
    if not issubclass(open_system(job.cell.system), Head):
        return {}
    system = open_system(job.cell.system)(job.config)
    system.load(job.run.folder / system.saved_as)
    shapes = {name: spec.shape[1:] for name, spec in system.model.input.items()}
    inputs = {name: np.ones((1, *shape), np.float32) for name, shape in shapes.items()}
    seconds = []
    for _ in range(_TIMES + 1):
        started = time.perf_counter()
        system.model.predict_on_batch(inputs)
        seconds.append(time.perf_counter() - started)
    # The first call traces the model.
    return {
        "parameters": [system.model.count_params()],
        "milliseconds": [1000 * float(np.median(seconds[1:]))],
    }
