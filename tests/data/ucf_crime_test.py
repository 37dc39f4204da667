import os

import numpy as np
import pytest

from keras_wsad.data import CLASS_NAMES
from keras_wsad.data import UCFCrime
from keras_wsad.errors import DataError
from keras_wsad.errors import VideoError

ANNOTATION = "Temporal_Anomaly_Annotation_for_Testing_Videos.txt"


def write_root(root, test="Abuse/A_x264.mp4\n", annotation="A_x264.mp4 Abuse 1 3 -1 -1\n"):
    (root / "lists").mkdir()
    (root / "Anomaly_Train.txt").write_text("Arson/B_x264.mp4\n")
    (root / "lists" / "Anomaly_Test.txt").write_text(test)
    (root / ANNOTATION).write_text(annotation)
    return root


def test_published_facts_hold(real_data):
    dataset = UCFCrime(real_data / "ucf_crime")
    assert len(dataset.train) == 1610
    assert len(dataset.test) == 290
    assert sum(video.num_frames for video in dataset.test) == 1_112_032
    assert sum(int(video.frame_labels().sum()) for video in dataset.test) == 84_187
    assert sum(len(video.events) == 2 for video in dataset.test) == 16
    past_the_end = [
        video.name
        for video in dataset.test
        if video.events and video.events[-1][1] > video.num_frames
    ]
    assert past_the_end == ["Explosion033_x264", "Shooting015_x264"]
    assert dataset.class_counts == [
        *(48, 45, 41, 47, 87, 29, 45),
        *(800, 127, 145, 27, 29, 95, 45),
    ]
    first = dataset.test[0]
    assert (first.name, first.label, first.num_frames) == ("Abuse028_x264", 0, 1413)
    assert first.events == [(165, 240)]


def test_class_order_is_alphabetical_with_normal_seventh():
    assert list(CLASS_NAMES) == sorted(CLASS_NAMES)
    assert len(CLASS_NAMES) == 14
    assert CLASS_NAMES[7] == "Normal"


def test_lists_are_found_below_the_root(tmp_path):
    dataset = UCFCrime(write_root(tmp_path))
    assert [video.name for video in dataset.train] == ["B_x264"]
    assert dataset.test[0].events == [(1, 3)]


def test_unknown_frame_count_is_an_error_only_when_needed(tmp_path):
    video = UCFCrime(write_root(tmp_path)).test[0]
    assert video.num_frames is None
    with pytest.raises(DataError, match=r"A_x264.*num_frames\.csv"):
        video.frame_labels()


def test_frame_counts_come_from_the_arrays_before_the_csv(tmp_path):
    root = write_root(
        tmp_path,
        "Abuse/A_x264.mp4\nAbuse/C_x264.mp4\n",
        "A_x264.mp4 Abuse 1 3 -1 -1\nC_x264.mp4 Abuse 1 3 -1 -1\n",
    )
    np.save(root / "Test_video_name_UCF.npy", np.array(["A_x264"]))
    np.save(root / "Test_frame_number_UCF.npy", np.array([100], np.int32))
    (root / "num_frames.csv").write_text("name,num_frames\nA_x264,99\nC_x264,50\n")
    first, second = UCFCrime(root).test
    assert (first.num_frames, first.frames_source) == (100, "authors' arrays")
    assert (second.num_frames, second.frames_source) == (50, "num_frames.csv")


def test_frames_are_counted_in_the_video_where_nothing_else_is(real_data, tmp_path):
    name = "Normal_Videos_006_x264"
    root = write_root(
        tmp_path,
        f"Testing_Normal_Videos_Anomaly/{name}.mp4\n",
        f"{name}.mp4 Normal -1 -1 -1 -1\n",
    )
    source = real_data / "ucf_crime" / "videos" / f"{name}.mp4"
    (root / f"{name}.mp4").write_bytes(source.read_bytes())
    video = UCFCrime(root).test[0]
    assert (video.num_frames, video.frames_source) == (450, "video")


def test_a_file_that_is_no_video_is_named(tmp_path):
    root = write_root(tmp_path)
    (root / "A_x264.mp4").write_text("no video")
    with pytest.raises(VideoError, match=r"A_x264\.mp4: expected a video"):
        _ = UCFCrime(root).test


@pytest.mark.parametrize(
    "content",
    [
        b"A_x264;100\n",
        b"A_x264,many\n",
        b"A_x264,0\n",
        b"A_x264,100000000\n",
        "A_x264,\u0665\u0660\n".encode(),
        b"\xff\xfe,1\n",
    ],
)
def test_a_bad_csv_is_named(tmp_path, content):
    root = write_root(tmp_path)
    (root / "num_frames.csv").write_bytes(content)
    with pytest.raises(DataError, match=r"num_frames\.csv"):
        _ = UCFCrime(root).test


def test_bad_arrays_of_counts_are_named(tmp_path):
    root = write_root(tmp_path)
    np.save(root / "Test_video_name_UCF.npy", np.array(["A_x264", "B"]))
    for content in ([3], [3, 0], ["x", "y"], [3, 640.7]):
        np.save(root / "Test_frame_number_UCF.npy", content)
        with pytest.raises(DataError, match="Test_frame_number_UCF"):
            _ = UCFCrime(root).test
    (root / "Test_frame_number_UCF.npy").write_bytes(b"PK\x03\x04half")
    with pytest.raises(DataError, match="Test_frame_number_UCF"):
        _ = UCFCrime(root).test


def test_two_counts_for_one_video_are_an_error(tmp_path):
    root = write_root(tmp_path)
    (root / "num_frames.csv").write_text("A_x264,640\nB,5\nA_x264.mp4,640\n")
    assert UCFCrime(root).test[0].num_frames == 640
    (root / "num_frames.csv").write_text("A_x264,640\nB,5\nA_x264.mp4,32\n")
    with pytest.raises(DataError, match=r"num_frames\.csv.*one count.*A_x264.*640 and 32"):
        _ = UCFCrime(root).test
    np.save(root / "Test_video_name_UCF.npy", np.array(["A_x264", "A_x264"]))
    np.save(root / "Test_frame_number_UCF.npy", np.array([640, 32]))
    with pytest.raises(DataError, match=r"Test_frame_number_UCF.*640 and 32"):
        _ = UCFCrime(root).test


def test_names_may_have_the_ending_of_a_video(tmp_path):
    root = write_root(tmp_path)
    (root / "num_frames.csv").write_text("A_x264.mp4,100\n")
    assert UCFCrime(root).test[0].num_frames == 100


def test_a_video_is_counted_once(real_data, tmp_path, monkeypatch):
    name = "Assault018_x264"
    annotation = f"{name}.mp4 Assault 1 3 -1 -1\n"
    root = write_root(tmp_path, f"Assault/{name}.mp4\n", annotation)
    source = real_data / "ucf_crime" / "videos" / f"{name}.mp4"
    (root / f"{name}.mp4").write_bytes(source.read_bytes())
    assert UCFCrime(root).test[0].num_frames == 361
    monkeypatch.setattr("keras_wsad.data.frame_counts.probe_video", None)
    assert UCFCrime(root).test[0].num_frames == 361


def test_a_test_video_must_not_be_trained_on(tmp_path):
    root = write_root(tmp_path)
    (root / "Anomaly_Train.txt").write_text("Abuse/A_x264.mp4\n")
    with pytest.raises(DataError, match="in the training list as well: A_x264"):
        _ = UCFCrime(root).test


def test_list_and_annotation_must_agree(tmp_path):
    root = write_root(tmp_path, annotation="A_x264.mp4 Arson 1 3 -1 -1\n")
    with pytest.raises(DataError, match="A_x264 is Arson, but Abuse"):
        _ = UCFCrime(root).test
    (root / ANNOTATION).write_text("B_x264.mp4 Abuse 1 3 -1 -1\n")
    with pytest.raises(DataError, match="A_x264 is missing"):
        _ = UCFCrime(root).test


def test_a_missing_list_is_named(tmp_path):
    with pytest.raises(DataError, match=r"Anomaly_Train\.txt"):
        _ = UCFCrime(tmp_path).train
    with pytest.raises(DataError, match="Expected a folder"):
        UCFCrime(tmp_path / "nowhere")


@pytest.mark.parametrize(
    "name", ["Anomaly_Train.txt", ANNOTATION, "num_frames.csv", "Test_frame_number_UCF.npy"]
)
def test_a_pipe_is_not_waited_for(tmp_path, name):
    root = write_root(tmp_path)
    np.save(root / "Test_video_name_UCF.npy", np.array(["A_x264"]))
    (root / name).unlink(missing_ok=True)
    os.mkfifo(root / name)
    with pytest.raises(DataError, match=f"{name}.*Not a regular file"):
        _ = UCFCrime(root).train, UCFCrime(root).test
