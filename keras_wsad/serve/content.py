"""What the page shows of a video, as a dict for JSON."""

import datetime
import importlib.resources
import re

import numpy as np

# As cameras name their files: 20260131_134500, 2026-01-31T13.45.00.
_TIME_IN_NAME = re.compile(
    r"(?<!\d)(20\d\d)[-_]?([01]\d)[-_]?([0-3]\d)[-_T ]?([0-2]\d)[-_.:]?([0-5]\d)"
    r"[-_.:]?([0-5]\d)(?!\d)"
)


def page_content(name, prediction, truth=None):
    """Returns what the page shows of one video.

    Args:
        name: str. The video's name, without suffix.
        prediction: `VideoPrediction`.
        truth: `Video` or `None`. The annotation. Defaults to `None`.
    """

    def numbers(array):
        return None if array is None else np.round(np.float64(array), 5).tolist()

    boundaries, fps = prediction.boundaries, prediction.fps
    unit = "segment" if boundaries is None else "seconds" if fps else "frame"
    if boundaries is None:
        boundaries = np.arange(len(prediction.segment_scores) + 1)
    recorded = recorded_at(name)
    return {
        "name": name,
        "unit": unit,
        "num_frames": int(boundaries[-1]),
        "fps": fps,
        "damage": prediction.damage,
        "class_name": prediction.class_name,
        "class_probabilities": numbers(prediction.class_probabilities),
        "boundaries": boundaries.tolist(),
        # As many digits as decide whether a score is above the threshold.
        "segment_scores": [float(score) for score in prediction.segment_scores],
        "first_level_attention": numbers(prediction.first_level_attention),
        "second_level_attention": numbers(prediction.second_level_attention),
        "annotated": truth
        and {"class_name": truth.class_name, "events": [list(e) for e in truth.events]},
        "recorded": recorded and recorded.isoformat(),
    }


def recorded_at(name):
    """Returns when a recording began, if its name says so, as a `datetime`, or `None`.

    Example:

    >>> recorded_at("door_20260131_134500").isoformat()
    '2026-01-31T13:45:00'
    """
    found = _TIME_IN_NAME.search(name)
    try:
        return found and datetime.datetime(*map(int, found.groups()))
    except ValueError:
        return None


def read_page(name):
    """Returns the text of one of the files that the page consists of."""
    file = importlib.resources.files("keras_wsad.serve") / "page" / name
    return file.read_text(encoding="utf-8")
