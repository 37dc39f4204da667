import numpy as np
import pytest

from keras_wsad.data.marks import read_marks
from keras_wsad.errors import DataError

HEADER = "video,class,verdict,begin_frame,end_frame,marked_frame,num_frames"


def marks_of(tmp_path, *lines, names=("a", "b"), num_segments=4):
    path = tmp_path / "marks.csv"
    path.write_text("\n".join([HEADER, *lines]) + "\n", encoding="utf-8")
    return read_marks(path, list(names), num_segments)


def test_a_marked_frame_marks_its_segment_and_an_event_those_it_fills_half(tmp_path):
    # Segments of 10 frames.
    marks, used, left_out = marks_of(
        tmp_path,
        "a.mp4,Arson,true,0,40,29,40",
        "b,Abuse,class,5,26,,40",
        "elsewhere,Abuse,true,0,5,,40",
    )
    np.testing.assert_array_equal(marks, [[-1, -1, 1, -1], [1, 1, 1, -1]])
    assert marks.dtype == np.float32
    assert (used, left_out) == (2, ["elsewhere"])


def test_a_false_alarm_is_0_all_along_and_what_is_unsure_says_nothing(tmp_path):
    marks, used, _ = marks_of(
        tmp_path,
        "a,Normal,false,0,20,5,40",
        "b,,unsure,0,40,3,40",
        "b,Arson,true,12,13,,40",
    )
    np.testing.assert_array_equal(marks, [[0, 0, -1, -1], [-1, 1, -1, -1]])
    assert used == 2


def test_an_event_counts_where_a_false_alarm_overlaps_it(tmp_path):
    lines = ["a,Arson,true,0,20,,40", "a,Normal,false,10,40,,40"]
    for order in (lines, lines[::-1]):
        marks, _, _ = marks_of(tmp_path, *order)
        np.testing.assert_array_equal(marks[0], [1, 1, 0, 0])


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("a,Arson,maybe,0,5,,40", "line 2: expected a verdict in true"),
        ("a,Arson,true,5,5,,40", "line 2: expected whole numbers"),
        ("a,Arson,true,0,41,,40", "line 2: expected whole numbers"),
        ("a,Arson,true,0,5,40,40", "line 2: expected whole numbers"),
        ("a,Arson,true,0,5.5,,40", "line 2: expected whole numbers"),
        ("a,Arson,true,0,\u0665,,40", "line 2: expected whole numbers"),
        ("a,Arson,true,0,5,,100000000000", "line 2: expected whole numbers"),
        ("a,Arson,true,0", "line 2: expected whole numbers"),
    ],
)
def test_a_malformed_line_is_named(tmp_path, line, problem):
    with pytest.raises(DataError, match=problem):
        marks_of(tmp_path, line)


def test_a_file_without_the_columns_is_named(tmp_path):
    path = tmp_path / "marks.csv"
    path.write_text("video,verdict\na,true\n", encoding="utf-8")
    with pytest.raises(DataError, match=r"marks\.csv: expected the columns video"):
        read_marks(path, ["a"], 4)
