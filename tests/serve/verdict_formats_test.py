import json

import pytest

from keras_wsad.data.annotations import read_temporal_annotation
from keras_wsad.data.marks import read_marks
from keras_wsad.serve.reviews import Reviews
from keras_wsad.serve.verdict_formats import export_verdicts


@pytest.fixture
def export(tmp_path):
    """A function that exports verdicts `(video, begin, end, verdict, class, mark)`."""

    def export(*verdicts):
        reviews = Reviews(tmp_path / "review.sqlite")
        for name in ("a", "b, c"):
            number = reviews.add_video(name, f"/{name}.mp4")
            reviews.finish(number, "model", {"num_frames": 100}, {})
        fields = ("video", "begin_frame", "end_frame", "verdict", "class_name")
        for *values, mark in verdicts:
            content = dict(zip(fields, values, strict=True))
            reviews.save_verdict({**content, "marked_frame": mark, "note": "not exported"})
        return export_verdicts(reviews)

    return export


def test_marks_have_every_verdict_and_are_read_by_the_training(export, tmp_path):
    text, left_out = export(
        (1, 0, 10, "true", "Robbery", 4),
        (1, 20, 30, "false", None, None),
        (1, 40, 50, "unsure", None, 45),
        (1, 60, 70, "true", "Normal", None),
        (2, 0, 100, "class", "Arson", None),
    )["marks.csv"]
    assert left_out == 0
    assert text.splitlines() == [
        "video,class,verdict,begin_frame,end_frame,marked_frame,num_frames",
        "a,Robbery,true,0,10,4,100",
        "a,Normal,false,20,30,,100",
        "a,,unsure,40,50,45,100",
        # An alarm in a video that is classed Normal: an event of a class nobody named.
        "a,,true,60,70,,100",
        '"b, c",Arson,class,0,100,,100',
    ]
    (tmp_path / "marks.csv").write_text(text)
    marks, used, left_out = read_marks(tmp_path / "marks.csv", ["a", "c"], 10)
    assert marks.tolist() == [[1, -1, 0, -1, -1, -1, 1, -1, -1, -1], [-1] * 10]
    assert (used, left_out) == (3, ["b, c"])


def test_the_annotation_is_read_back_and_says_what_it_cannot_hold(export, tmp_path):
    text, left_out = export(
        (1, 0, 10, "true", "Robbery", None),
        (1, 20, 25, "true", "Robbery", None),
        (1, 40, 50, "true", "Robbery", None),
        (1, 60, 70, "class", "Arson", None),
        (1, 80, 90, "true", "Normal", None),
        (1, 95, 99, "false", None, None),
    )["annotation.txt"]
    (tmp_path / "annotation.txt").write_text(text)
    annotation = read_temporal_annotation(tmp_path / "annotation.txt")
    assert annotation == {"a": (9, [(0, 10), (40, 50)])}
    # The shortest robbery, the arson, and the event without a class.
    assert left_out == 3


def test_other_programs_count_from_one_and_include_the_end(export):
    exported = export((1, 0, 10, "true", "Robbery", None), (1, 20, 30, "false", None, None))
    fiftyone = json.loads(exported["fiftyone.json"][0])
    assert fiftyone == {"labels": {"a": [{"label": "Robbery", "support": [1, 10]}]}}
    (task,) = json.loads(exported["label_studio.json"][0])
    assert task["data"] == {"video": "a.mp4"}
    (result,) = task["annotations"][0]["result"]
    assert result["type"] == "timelinelabels"
    assert result["value"] == {
        "ranges": [{"start": 1, "end": 10}],
        "timelinelabels": ["Robbery"],
    }
