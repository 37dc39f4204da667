import pytest

from keras_wsad.data.annotations import frame_labels
from keras_wsad.data.annotations import read_split_list
from keras_wsad.data.annotations import read_temporal_annotation
from keras_wsad.errors import DataError


def write(tmp_path, text):
    path = tmp_path / "list.txt"
    path.write_text(text, encoding="utf-8")
    return path


def test_labels_are_looked_up_by_folder_not_by_line(tmp_path):
    lines = [
        "Vandalism/V1_x264.mp4",
        "",
        "Training_Normal_Videos_Anomaly/N1_x264.mp4 ",
        "Abuse/A1.avi",
    ]
    labels = read_split_list(write(tmp_path, "\n".join(lines)))
    assert labels == {"V1_x264": 13, "N1_x264": 7, "A1": 0}


@pytest.mark.parametrize(
    "folder",
    [
        "Normal",
        "Training_Normal_Videos_Anomaly",
        "Testing_Normal_Videos_Anomaly",
        "Normal_Videos_event",
        "Training-Normal-Videos-Part-2",
        "Features/train/Normal",
    ],
)
def test_the_normal_folders_of_ucf_crime_are_normal(tmp_path, folder):
    assert read_split_list(write(tmp_path, f"{folder}/N.mp4")) == {"N": 7}


@pytest.mark.parametrize(
    "folder",
    ["Abnormal", "Abnormal_Stealing", "Stealing_not_Normal", "Normality", "Paranormal"],
)
def test_part_of_a_name_makes_no_normal_video(tmp_path, folder):
    with pytest.raises(DataError, match=f"list.txt, line 2.*expected.*class='{folder}'"):
        read_split_list(write(tmp_path, f"Abuse/A.mp4\n{folder}/S.mp4\n"))
    with pytest.raises(DataError, match=f"list.txt, line 1.*expected.*class='{folder}'"):
        read_temporal_annotation(write(tmp_path, f"S.mp4 {folder} -1 -1\n"))


@pytest.mark.parametrize(
    ("folder", "meant"), [("roadaccidents", "RoadAccidents"), ("NORMAL", "Normal")]
)
def test_a_class_in_the_wrong_case_gets_a_hint(tmp_path, folder, meant):
    with pytest.raises(DataError, match=f"Did you mean '{meant}'"):
        read_split_list(write(tmp_path, f"{folder}/A.mp4\n"))


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("Abuse001_x264.mp4\n", "line 1.*expected Class/Name.mp4"),
        ("Abuse/A.mp4\nJaywalking/B.mp4\n", "line 2.*Jaywalking"),
        ("Abuse/A.mp4\nAbuse/A.mp4\n", "line 2.*listed twice"),
    ],
)
def test_a_bad_list_is_named_with_its_line(tmp_path, text, complaint):
    with pytest.raises(DataError, match=complaint):
        read_split_list(write(tmp_path, text))


def test_events_are_read_whatever_the_white_space(tmp_path):
    text = "A_x264.mp4  Abuse  10  20  30\t40  \nN_x264.mp4 Normal -1 -1 -1 -1\n"
    annotation = read_temporal_annotation(write(tmp_path, text))
    assert annotation == {"A_x264": (0, [(10, 20), (30, 40)]), "N_x264": (7, [])}


@pytest.mark.parametrize(
    "line",
    [
        "A.mp4 Abuse 10",
        "A.mp4 Abuse x 20",
        "A.mp4",
        "A.mp4 Abuse 20 10",
        "A.mp4 Abuse 1 1000000000000000000",
        "A.mp4 Abuse 1 \u0662\u0660",
        "A.mp4 Abuse 1 2_0",
    ],
)
def test_a_bad_annotation_is_named(tmp_path, line):
    with pytest.raises(DataError, match=r"list.txt, line 1.*expected"):
        read_temporal_annotation(write(tmp_path, line))


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("A.mp4 Abuse -1 -1 -1 -1\n", "line 1: expected events in an anomalous"),
        ("N.mp4 Normal 1 5 -1 -1\n", "line 1: expected events in an anomalous"),
        ("A.mp4 Abuse 1 5\nA.mp4 Abuse 2 6\n", "line 2: the video A is annotated twice"),
    ],
)
def test_contradictions_in_the_annotation_are_named(tmp_path, text, complaint):
    with pytest.raises(DataError, match=complaint):
        read_temporal_annotation(write(tmp_path, text))


def test_events_past_the_end_are_cut_off():
    assert frame_labels([(2, 9)], 4).tolist() == [False, False, True, True]
    assert not frame_labels([(5, 9)], 4).any()


def test_events_are_half_open():
    assert frame_labels([(1, 2)], 3).tolist() == [False, True, False]


@pytest.mark.parametrize("line", ["Abuse/", "Abuse/.mp4", "Abuse/..", "Abuse/...mp4"])
def test_a_line_without_a_name_raises(tmp_path, line):
    path = tmp_path / "list.txt"
    path.write_text(f"Abuse/Abuse001_x264.mp4\n{line}\n")
    with pytest.raises(
        DataError, match=r"line 2: Expected a name that a file can be given"
    ):
        read_split_list(path)
