import json
import os
import shutil
import subprocess
import sys

import numpy as np
import pytest

from keras_wsad.cli import main
from keras_wsad.cli.predict_files import predict_files
from keras_wsad.features.extract import extract_clips
from keras_wsad.inference import load
from tests.no_names import NO_NAMES
from tests.video.make_video import write_wide


@pytest.fixture(scope="module", autouse=True)
def backbones(open_once):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("keras_wsad.backbones.open_backbone", open_once)
        yield


@pytest.fixture
def predict(compact_run, tmp_path, capsys):
    """A function that runs the command and returns its status, output and errors."""

    def predict(*arguments, model=compact_run.folder):
        options = ["--model", str(model), "--out", str(tmp_path / "out")]
        status = main(["predict", *map(str, arguments), *options])
        shown = capsys.readouterr()
        return status, shown.out, shown.err

    return predict


def read(tmp_path, name):
    return json.loads((tmp_path / "out" / name / "prediction.json").read_text())


def test_a_video_becomes_json_a_picture_and_a_line(predict, video, tmp_path, compact_run):
    status, out, err = predict(video, "--threshold=0")
    assert (status, err) == (0, "")
    lines = out.splitlines()
    assert lines[0].startswith("camera  ALARM ")
    assert "0.0-3.0 s (peak 0." in lines[0]
    assert str(tmp_path / "out") in lines[1]
    folder = tmp_path / "out" / "camera"
    assert {path.name for path in folder.iterdir()} == {
        "prediction.json",
        "prediction.png",
    }
    content = read(tmp_path, "camera")
    assert content["video"] == str(video)
    assert content["is_anomalous"]
    assert (content["num_frames"], content["fps"], content["seconds"]) == (90, 30.0, 3.0)
    assert len(content["frame_scores"]) == 90
    about = content["about"]
    assert about["model"] == str(compact_run.folder)
    assert about["features"]["backbone"] == "compact"
    assert content["threshold"] == 0
    assert about["checkpoint_rule"] == "best_on_validation"


@pytest.mark.large
def test_what_fails_does_not_stop_the_rest(predict, video, tmp_path):
    shutil.copy(video, tmp_path / "good.mp4")
    (tmp_path / "bad.mp4").write_text("no video")
    os.mkfifo(tmp_path / "pipe.mp4")
    write_wide(tmp_path / "wide.mp4")
    status, out, err = predict(tmp_path)
    assert status == 1
    for name in ("bad", "pipe", "wide"):
        assert f"{name}  failed: " in out
    assert "good  " in out
    assert "3 of 4 could not be scored: bad, pipe, wide" in err
    assert read(tmp_path, "good")["num_frames"] == 90
    assert not (tmp_path / "out" / "bad").exists()


@pytest.mark.large
def test_the_annotation_near_a_video_is_the_ground_truth(predict, video, tmp_path):
    folder = tmp_path / "videos" / "Robbery"
    folder.mkdir(parents=True)
    shutil.copy(video, folder / "Robbery048_x264.mp4")
    shutil.copy(video, folder / "other.mp4")
    text = "Robbery048_x264.mp4  Robbery  10  40  -1  -1\n"
    name = "Temporal_Anomaly_Annotation_for_Testing_Videos.txt"
    (tmp_path / name).write_text(text)
    assert predict(folder)[0] == 0
    annotated = {"class_name": "Robbery", "events": [[10, 40]]}
    assert read(tmp_path, "Robbery048_x264")["annotated"] == annotated
    assert read(tmp_path, "other")["annotated"] is None
    # A data folder that is named goes before.
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / name).write_text(text.replace("10  40", "20  50"))
    assert predict(folder, "--data", tmp_path / "data")[0] == 0
    assert read(tmp_path, "Robbery048_x264")["annotated"]["events"] == [[20, 50]]


@pytest.mark.large
def test_a_feature_file_gives_json_of_the_same_shape(
    predict, video, tmp_path, compact_run, open_once
):
    extraction = compact_run.load_extraction()
    extracted = extract_clips(video, open_once("compact", "random"), extraction)
    np.save(tmp_path / "features.npy", extracted.features[0])
    assert predict(video, tmp_path / "features.npy", "--threshold=0")[0] == 0
    by_video, by_file = read(tmp_path, "camera"), read(tmp_path, "features")
    assert by_file.keys() == by_video.keys()
    np.testing.assert_allclose(
        by_file["segment_scores"], by_video["segment_scores"], atol=2e-6
    )
    assert by_file["num_frames"] is by_file["seconds"] is None
    (alarm,) = by_file["alarms"]
    assert (alarm["start_segment"], alarm["end_segment"]) == (0, 8)
    assert alarm["start_frame"] is alarm["start_seconds"] is None


def test_text_is_features_or_a_list_by_what_it_holds(predict, video, tmp_path, random):
    clips = random.random((12, 256), "float32")
    np.save(tmp_path / "binary.npy", clips)
    np.savetxt(tmp_path / "text.txt", clips)
    (tmp_path / "empty.txt").touch()
    (tmp_path / "list.txt").write_text("binary.npy\n")
    status, out, _ = predict(
        *(tmp_path / f"{name}.txt" for name in ("empty", "text", "list"))
    )
    assert status == 1
    assert [line.split()[0] for line in out.splitlines()[:3]] == ["empty", "text", "binary"]
    assert "empty.txt: empty" in out
    by_text, by_binary = read(tmp_path, "text"), read(tmp_path, "binary")
    assert by_text["segment_scores"] == by_binary["segment_scores"]


@pytest.mark.large
def test_extracted_features_know_their_frames(predict, video, tmp_path):
    features = tmp_path / "features"
    options = [
        "--backbone=compact",
        "--random_weights",
        "--crops=5",
        "--stride=8",
        "--num_segments=8",
    ]
    assert main(["extract", str(video), *options, "--out", str(features)]) == 0
    assert predict(video, "--threshold=0")[0] == 0
    by_video = read(tmp_path, "camera")
    status, out, _ = predict(features / "camera__0.npy", "--threshold=0")
    assert status == 0, out
    by_file = read(tmp_path, "camera")
    (alarm,) = by_file["alarms"]
    assert alarm == pytest.approx(by_video["alarms"][0], abs=1e-6)
    assert by_file["seconds"] == 3.0
    crop = features / "camera__0.npy"
    np.save(crop, np.load(crop)[:-1])
    status, out, _ = predict(crop)
    assert status == 1
    assert "9 clips of 256 features, where its sidecar says 10 of 256" in out
    other = tmp_path / "other"
    options[3] = "--stride=4"
    assert main(["extract", str(video), *options, "--out", str(other)]) == 0
    status, out, _ = predict(other / "camera__0.npy")
    assert status == 1
    assert "stride 4 (was 8)" in out


def test_a_video_and_its_features_are_not_one_for_the_other(predict, video, tmp_path):
    crops = [tmp_path / f"camera__{crop}.npy" for crop in range(5)]
    for crop in crops:
        np.save(crop, np.ones((9, 256), np.float32))
    assert len(predict(*crops)[1].splitlines()) == 2
    status, out, err = predict(video, *crops)
    assert (status, out) == (1, "")
    assert "every video once, since" in err and f"{video} and {crops[0]}" in err


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["/nowhere/camera.mp4"], "/nowhere/camera.mp4"),
        (["{video}", "--data=/nowhere"], "Expected a folder with UCF-Crime's lists"),
        (["{video}", "--weights=/nowhere"], "/nowhere"),
    ],
)
def test_what_cannot_begin_is_an_error_of_one_line(predict, video, arguments, complaint):
    status, out, err = predict(*(a.format(video=video) for a in arguments))
    assert (status, out) == (1, "")
    assert err.startswith("error: ")
    assert err.count("\n") == 1
    assert complaint in err


@pytest.mark.large
def test_a_model_of_unknown_features_says_what_can_be_done(predict, video, tiny_run):
    status, out, err = predict(video, model=tiny_run.folder)
    assert (status, out) == (1, "")
    assert "predict FEATURES.npy" in err


@pytest.mark.large
def test_commands_are_free_of_start_up_noise(compact_run, tiny_run, video, tmp_path):
    options = ["--model", str(compact_run.folder), "--out", str(tmp_path)]
    program = f"""
from keras_wsad.cli import main
assert main({["predict", str(video), *options]}) == 0
assert main({["evaluate", "--run", str(tiny_run.folder), "--replicates=1"]}) == 0
"""
    command = [sys.executable, "-c", program]
    result = subprocess.run(command, check=True, capture_output=True, text=True)
    assert result.stderr == ""
    assert result.stdout.startswith("camera  ")


def test_nothing_is_written_outside_of_the_folder(compact_run, video, tmp_path, capsys):
    videos = {**dict.fromkeys(NO_NAMES, video), "camera": video}
    out = tmp_path / "out" / "deep"
    failed = predict_files(videos, load(compact_run.folder), out)
    assert sorted(failed) == sorted(NO_NAMES)
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["deep"]
    assert [path.name for path in out.iterdir()] == ["camera"]
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == len(videos)
    assert any(line.startswith("lat\\udce9in  failed: ") for line in lines)


def test_names_that_are_no_text_are_spelt_out(compact_run, video, tmp_path):
    folder = tmp_path / os.fsdecode(b"lat\xe9in")
    folder.mkdir()
    shutil.copy(video, folder)
    predictor = load(compact_run.folder)
    predictor.source = str(folder / "run")
    path = folder / video.name
    assert predict_files({"camera": path}, predictor, tmp_path / "out") == {}
    assert (tmp_path / "out" / "camera" / "prediction.png").is_file()
    content = read(tmp_path, "camera")
    assert (content["video"], content["about"]["model"]) == (str(path), predictor.source)
