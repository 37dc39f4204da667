"""Marks of a reviewer for the rows of Table 5, drawn from the ground truth."""

import csv
import pathlib

import numpy as np

from keras_wsad.csv_text import csv_text
from keras_wsad.data import UCFCrime
from keras_wsad.data.marks import COLUMNS
from keras_wsad.errors import DataError
from keras_wsad.files import write_text

_TRUTH = "ground_truth.csv"


def make_marks(root, out, count, seed=0):
    """Writes what a reviewer marks who clicks once in an event, anywhere in it.

    Args:
        root: path. A folder of rendered videos, whose training events are known.
        out: path. The CSV file.
        count: int. Marked videos, drawn from the anomalous training videos, each with a
            click in one of its events.
        seed: int. Defaults to `0`.

    Raises:
        DataError: the events of the training videos are not known, or are fewer.
    """
    path = pathlib.Path(root, _TRUTH)
    if not path.is_file():
        raise DataError(f"{path}: expected the events of the training videos.")
    with open(path, encoding="utf-8", newline="") as file:
        lines = list(csv.DictReader(file))
    training = {video.name for video in UCFCrime(root).train if video.is_anomalous}
    events = {}
    for line in lines:
        if line["name"] in training:
            events.setdefault(line["name"], []).append(line)
    random = np.random.default_rng(seed)
    if count > len(events):
        raise DataError(
            f"{path}: expected {count} anomalous training videos. Found {len(events)}"
        )
    names = sorted(random.permutation(sorted(events))[:count])
    chosen = [random.choice(events[name]) for name in names]
    marks = []
    for event in chosen:
        start, end = int(event["start"]), int(event["end"])
        marks.append(
            {
                "video": event["name"],
                "verdict": "true",
                "begin_frame": start,
                "end_frame": end,
                "marked_frame": random.integers(start, end),
                "num_frames": event["num_frames"],
                "class": event["class"],
            }
        )
    write_text(out, csv_text([*COLUMNS, "class"], marks))
