"""Verdicts in the formats of other programs."""

import json

from keras_wsad.csv_text import csv_text
from keras_wsad.data.annotations import CLASS_NAMES
from keras_wsad.data.annotations import NORMAL
from keras_wsad.data.marks import COLUMNS

_NORMAL = CLASS_NAMES[NORMAL]
_OF_VERDICT = ("begin_frame", "end_frame", "marked_frame")
_MARKS = ("video", "class", *COLUMNS[1:])
# Events of a video that UCF-Crime's format has room for.
_MOST_EVENTS = 2


def export_verdicts(reviews):
    """Writes the verdicts of a review in all formats.

    | file | content |
    |---|---|
    | `marks.csv` | every verdict, as `train.py --marks` reads it |
    | `annotation.txt` | events in UCF-Crime's format, at most two of a video |
    | `fiftyone.json` | `labels.json` of a `FiftyOneTemporalDetectionDataset` |
    | `label_studio.json` | events as tasks of Label Studio, for `TimelineLabels` |

    Frames are counted from 0 and an event is `[begin, end)`; the last two formats count
    from 1 and name the last frame. An event is a verdict `true` or `class`. Its class is
    empty in `marks.csv`, and it is left out of the other formats, if the video is classed
    Normal and no reviewer has named a class.

    Args:
        reviews: `Reviews`.

    Returns:
        A dict from file name to `(text, left_out)`; `left_out` is an int, the events that
        the format cannot hold.
    """
    videos = {video["id"]: video for video in reviews.videos()}
    rows = [
        (videos[verdict["video"]]["name"], class_of(verdict), verdict)
        for verdict in reviews.verdicts()
    ]
    is_event = [row for row in rows if row[2]["verdict"] in ("true", "class")]
    events = [row for row in is_event if row[1]]
    unknown = len(is_event) - len(events)
    annotation, too_many = _annotation(events)
    return {
        "marks.csv": (_marks(rows, videos), 0),
        "annotation.txt": (annotation, unknown + too_many),
        "fiftyone.json": (_fiftyone(events), unknown),
        "label_studio.json": (_label_studio(events), unknown),
    }


def class_of(verdict):
    """Returns the class of what a verdict is of; `""` if it is unknown.

    A false alarm is Normal; of what nobody is sure of, the class is unknown.
    """
    if verdict["verdict"] == "false":
        return _NORMAL
    name = verdict["class_name"]
    is_event = verdict["verdict"] in ("true", "class")
    return name if is_event and name and name != _NORMAL else ""


def _marks(rows, videos):
    lines = []
    for name, class_name, verdict in rows:
        line = {column: verdict[column] for column in _OF_VERDICT}
        line |= {"video": name, "class": class_name, "verdict": verdict["verdict"]}
        line["num_frames"] = videos[verdict["video"]]["content"]["num_frames"]
        lines.append(line)
    return csv_text(_MARKS, lines)


def _annotation(events):
    """One line for a video, of the class that most of its frames have."""
    lines, left_out = [], 0
    for name, own in _by_video(events).items():
        lengths = {}
        for class_name, verdict in own:
            length = verdict["end_frame"] - verdict["begin_frame"]
            lengths[class_name] = lengths.get(class_name, 0) + length
        main = max(lengths, key=lengths.get)
        spans = [
            (verdict["begin_frame"], verdict["end_frame"])
            for class_name, verdict in own
            if class_name == main
        ]
        spans = sorted(sorted(spans, key=lambda s: s[0] - s[1])[:_MOST_EVENTS])
        left_out += len(own) - len(spans)
        spans += [(-1, -1)] * (_MOST_EVENTS - len(spans))
        bounds = "  ".join(str(bound) for span in spans for bound in span)
        lines.append(f"{name}.mp4  {main}  {bounds}\n")
    return "".join(lines), left_out


def _fiftyone(events):
    labels = {
        name: [
            {"label": class_name, "support": _counted_from_1(verdict)}
            for class_name, verdict in own
        ]
        for name, own in _by_video(events).items()
    }
    return json.dumps({"labels": labels}, indent=2, ensure_ascii=False)


def _label_studio(events):
    tasks = []
    for name, own in _by_video(events).items():
        results = []
        for class_name, verdict in own:
            start, end = _counted_from_1(verdict)
            value = {"ranges": [{"start": start, "end": end}]}
            value["timelinelabels"] = [class_name]
            results.append(
                {
                    "id": f"verdict-{verdict['id']}",
                    "type": "timelinelabels",
                    "from_name": "timelineLabels",
                    "to_name": "video",
                    "value": value,
                }
            )
        data = {"video": f"{name}.mp4"}
        tasks.append({"data": data, "annotations": [{"result": results}]})
    return json.dumps(tasks, indent=2, ensure_ascii=False)


def _by_video(events):
    videos = {}
    for name, class_name, verdict in events:
        videos.setdefault(name, []).append((class_name, verdict))
    return videos


def _counted_from_1(verdict):
    """The first and the last frame, as formats with inclusive ends take them."""
    return [verdict["begin_frame"] + 1, verdict["end_frame"]]
