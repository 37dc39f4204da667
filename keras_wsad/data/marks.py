"""What a reviewer has marked in training videos, as `keras-wsad serve` exports it."""

import csv
import io
import reprlib

import numpy as np

from keras_wsad.alignment import MOST_FRAMES
from keras_wsad.data.annotations import video_name
from keras_wsad.data.annotations import whole_number
from keras_wsad.errors import DataError
from keras_wsad.files import read_text

#: The columns of a file of marks; it may have others.
COLUMNS = ("video", "verdict", "begin_frame", "end_frame", "marked_frame", "num_frames")

# What each verdict says of its segments; of one that is unsure nothing follows.
_VALUES = {"true": 1.0, "class": 1.0, "false": 0.0, "unsure": None}


def read_marks(path, names, num_segments):
    """Reads the marks of training videos.

    A line is an event with its verdict. A `true` one, or one of another `class`, marks the
    segment of its marked frame or, without one, those that lie in it for the most part; a
    `false` one marks those as a false alarm. An `unsure` one marks nothing.

    Args:
        path: str or path. A CSV file with at least the columns of `COLUMNS`. Frames are
            counted from 0, `end_frame` is the first one after the event, and
            `marked_frame` may be empty.
        names: list of str. The videos that are trained on.
        num_segments: int. Segments of a video, T.

    Returns:
        `(marks, used, left_out)`: a float32 array of shape `(videos, segments)`, 1 for a
        mark, 0 for a false alarm and -1 for neither; the number of lines in it; and a list
        of the names of marked videos that are not trained on.

    Raises:
        DataError: the file cannot be read, or a line is malformed.
    """
    rows = {name: row for row, name in enumerate(names)}
    marks = np.full((len(names), num_segments), -1, np.float32)
    used, left_out = 0, []
    for line, source in _lines(path):
        name, value = video_name(line["video"]), _value(line, source)
        segments = _segments(line, num_segments, source)
        if name not in rows:
            left_out.append(name)
        elif value is not None:
            # Where they overlap, an event counts and not the false alarm.
            of_video = marks[rows[name]]
            of_video[segments] = np.maximum(of_video[segments], value)
            used += 1
    return marks, used, sorted(set(left_out))


def _lines(path):
    try:
        reader = csv.DictReader(io.StringIO(read_text(path)), restval="")
        lines = [(line, f"{path}, line {reader.line_num}") for line in reader]
    except (OSError, csv.Error) as error:
        raise DataError(f"{path}: cannot be read ({error}).") from error
    missing = set(COLUMNS) - set(reader.fieldnames or ())
    if missing:
        raise DataError(
            f"{path}: expected the columns {', '.join(COLUMNS)}. "
            f"Found {reprlib.repr(reader.fieldnames or 'none')}"
        )
    return lines


def _value(line, source):
    if line["verdict"] not in _VALUES:
        raise DataError(
            f"{source}: expected a verdict in {', '.join(_VALUES)}. "
            f"Received: {reprlib.repr(line['verdict'])}"
        )
    return _VALUES[line["verdict"]]


def _segments(line, num_segments, source):
    """Returns the segments that a line marks, an int array."""
    frames = [line[name] for name in COLUMNS[2:]]
    try:
        begin, end, count = (whole_number(frames[column]) for column in (0, 1, 3))
        marked = whole_number(frames[2]) if frames[2] else None
    except (TypeError, ValueError):
        begin, end, count, marked = -1, -1, 0, None
    inside = marked is None or 0 <= marked < count
    if not (0 <= begin < end <= count < MOST_FRAMES and inside):
        raise DataError(
            f"{source}: expected whole numbers, 0 <= begin_frame < end_frame <= num_frames "
            f"< {MOST_FRAMES} and marked_frame in between 0 and num_frames or empty. "
            f"Received: {reprlib.repr(frames)}"
        )
    per_segment = count / num_segments
    if line["verdict"] != "false" and marked is not None:
        return np.array([int(marked / per_segment)])
    edges = np.arange(num_segments + 1) * per_segment
    overlap = np.minimum(edges[1:], end) - np.maximum(edges[:-1], begin)
    segments = np.flatnonzero(overlap >= per_segment / 2)
    # An event shorter than half a segment marks the one that it is most in.
    return segments if len(segments) else np.array([int(np.argmax(overlap))])
