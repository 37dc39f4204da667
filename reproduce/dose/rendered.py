"""The two points of the study on rendered video, from the committed tables."""

import csv
import pathlib

import numpy as np

from keras_wsad.data import UCFCrime
from keras_wsad.errors import DataError
from reproduce.dose.table import Number
from reproduce.scenes import BENCH
from reproduce.scenes import SCENES
from reproduce.scenes import rendered_data
from reproduce.tables.committed import RESULTS

#: The sets, and how many distractors they have.
RENDERED = {"embedded": (SCENES, "few"), "bench": (BENCH, "many")}


def rendered_numbers(name, folder=RESULTS):
    """Reads the rows l1 to l4 of Table I on a rendered set.

    Args:
        name: str, a key of `RENDERED`. Its videos are rendered on first use, for the
            share of their events.
        folder: path. Where `table1_NAME.csv` is. Defaults to the committed tables.

    Returns:
        A list of `Number`.

    Raises:
        DataError: there is no such table.
    """
    path = pathlib.Path(folder, f"table1_{name}.csv")
    if not path.is_file():
        raise DataError(
            f"{path}: expected Table I on {name}, as evaluate.py --table1 writes it. "
            "Found none"
        )
    scenes, distractors = RENDERED[name]
    share = event_share(rendered_data(scenes))
    numbers = []
    with open(path, encoding="utf-8", newline="") as file:
        for line in csv.DictReader(file):
            if line["kind"] == "difference":
                continue
            row = line["row"].partition(":")[0]
            seeds = [key for key in line if key.startswith("seed ") and line[key]]
            if row in ("l1", "l2", "l3", "l4") and line["metric"] in ("maa", "auc"):
                numbers.append(
                    Number(
                        videos=name,
                        event_share=share,
                        distractors=distractors,
                        row=row,
                        metric=line["metric"],
                        values=[float(line[seed]) / 100 for seed in seeds],
                    )
                )
    return numbers


def event_share(root):
    """Returns the median share of an anomalous test video that its events fill.

    Args:
        root: str or path. A folder in UCF-Crime's layout.
    """
    videos = [video for video in UCFCrime(root).test if video.is_anomalous]
    return float(np.median([video.frame_labels().mean() for video in videos]))
