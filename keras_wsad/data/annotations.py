"""Reading UCF-Crime's lists and temporal annotation."""

import re
import reprlib

import numpy as np

from keras_wsad.alignment import MOST_FRAMES
from keras_wsad.errors import DataError
from keras_wsad.files import checked_name
from keras_wsad.files import read_text
from keras_wsad.video import VIDEO_SUFFIXES

#: The 13 anomaly classes and Normal, alphabetical as in the authors' code; Normal is 7.
CLASS_NAMES = (
    "Abuse",
    "Arrest",
    "Arson",
    "Assault",
    "Burglary",
    "Explosion",
    "Fighting",
    "Normal",
    "RoadAccidents",
    "Robbery",
    "Shooting",
    "Shoplifting",
    "Stealing",
    "Vandalism",
)
NORMAL = CLASS_NAMES.index("Normal")

#: Folders of normal videos: in the official lists, and as UCF-Crime's archives unpack.
NORMAL_FOLDERS = (
    "Training_Normal_Videos_Anomaly",
    "Testing_Normal_Videos_Anomaly",
    "Normal_Videos_event",
    "Training-Normal-Videos-Part-1",
    "Training-Normal-Videos-Part-2",
)
_LABELS = {name: label for label, name in enumerate(CLASS_NAMES)}
_LABELS.update(dict.fromkeys(NORMAL_FOLDERS, NORMAL))


def label_of(class_name, source):
    """Returns the label of a class or of a list's folder name.

    A class matches by its exact name, and Normal also by those of `NORMAL_FOLDERS`. Part of
    a name does not match: `Abnormal_Stealing` is not normal.

    Args:
        class_name: str. A class name, or the folder that a list names.
        source: str. Where it was read, for the error message.

    Returns:
        int, the index in `CLASS_NAMES`.

    Raises:
        DataError: the class is unknown.

    Example:

    >>> label_of("Abuse", "a list"), label_of("Testing_Normal_Videos_Anomaly", "a list")
    (0, 7)
    """
    if class_name in _LABELS:
        return _LABELS[class_name]
    hint = "".join(
        f" Did you mean {name!r}?" for name in _LABELS if name.lower() == class_name.lower()
    )
    raise DataError(
        f"{source}: expected one of the classes {', '.join(CLASS_NAMES)}, or a folder of "
        f"normal videos, {', '.join(NORMAL_FOLDERS)}. "
        f"Received: class={reprlib.repr(class_name)}.{hint}"
    )


def read_split_list(path):
    """Reads a list of `Class/Name.mp4` lines.

    Args:
        path: path. A text file such as `Anomaly_Train.txt`.

    Returns:
        A dict from video name (`"Abuse001_x264"`) to label, in the order of the list.

    Raises:
        DataError: a line has no folder, an unknown class, or names a video again.
    """
    labels = {}
    for number, line in enumerate(_lines(path), start=1):
        if not line:
            continue
        source = f"{path}, line {number}"
        folder, slash, file_name = line.replace("\\", "/").rpartition("/")
        if not slash:
            raise DataError(
                f"{source}: expected Class/Name.mp4. Received: {reprlib.repr(line)}"
            )
        name = _checked(video_name(file_name), source)
        if name in labels:
            raise DataError(f"{source}: the video {name} is listed twice.")
        labels[name] = label_of(folder.rpartition("/")[2], source)
    return labels


def read_temporal_annotation(path):
    """Reads lines of `Name.mp4  Class  s1  e1  s2  e2`, with -1 where there is no event.

    Args:
        path: path. `Temporal_Anomaly_Annotation_for_Testing_Videos.txt`.

    Returns:
        A dict from video name to `(label, events)`, with events a list of half-open
        `(start, end)` frames as annotated, which may lie past the end of the video.

    Raises:
        DataError: a line is malformed, or an event ends before it starts.
    """
    annotation = {}
    for number, line in enumerate(_lines(path), start=1):
        if not line:
            continue
        source = f"{path}, line {number}"
        file_name, *rest = line.split()
        try:
            class_name, *bounds = rest
            bounds = [whole_number(bound) for bound in bounds]
        except ValueError:
            bounds = []
        if len(bounds) not in (2, 4):
            raise DataError(
                f"{source}: expected `Name Class start end [start end]`. "
                f"Received: {reprlib.repr(line)}"
            )
        pairs = zip(bounds[::2], bounds[1::2], strict=True)
        events = [(start, end) for start, end in pairs if (start, end) != (-1, -1)]
        if not all(0 <= start < end < MOST_FRAMES for start, end in events):
            raise DataError(
                f"{source}: expected 0 <= start < end < {MOST_FRAMES}. "
                f"Received: events={events}"
            )
        name = _checked(video_name(file_name), source)
        label = label_of(class_name, source)
        if name in annotation:
            raise DataError(f"{source}: the video {name} is annotated twice.")
        if bool(events) != (label != NORMAL):
            raise DataError(
                f"{source}: expected events in an anomalous video and none in a normal "
                f"one. Received: {reprlib.repr(line)}"
            )
        annotation[name] = (label, events)
    return annotation


def video_name(file_name):
    """Strips a video's extension: `Abuse028_x264.mp4` is `Abuse028_x264`."""
    stem, dot, extension = file_name.strip().rpartition(".")
    is_video = (dot + extension).lower() in VIDEO_SUFFIXES
    return stem if is_video else file_name.strip()


def whole_number(text):
    """Returns the whole number that a text is, written in digits of ASCII.

    `int` would also take digits of other scripts, and underscores between them.

    Raises:
        ValueError: it is none, or has over 18 digits.
    """
    if not re.fullmatch(r"\s*-?[0-9]{1,18}\s*", text):
        raise ValueError(f"expected a whole number. Received: {text[:40]!a}")
    return int(text)


def frame_labels(events, num_frames):
    """Marks the frames of a video that lie in an event.

    Args:
        events: list of half-open `(start, end)` frames. What lies past the end of the
            video is cut off (Explosion033 and Shooting015 are annotated past theirs).
        num_frames: int. Frames in the video.

    Returns:
        A bool array of shape `(num_frames,)`.

    Example:

    >>> frame_labels([(1, 3), (4, 9)], 6).astype(int).tolist()
    [0, 1, 1, 0, 1, 1]
    """
    labels = np.zeros(num_frames, dtype=bool)
    for start, end in events:
        labels[start:end] = True
    return labels


def _checked(name, source):
    try:
        return checked_name(name)
    except DataError as error:
        raise DataError(f"{source}: {error}") from error


def _lines(path):
    try:
        return [line.strip() for line in read_text(path).split("\n")]
    except OSError as error:
        raise DataError(f"{path}: cannot be read ({error}).") from error
