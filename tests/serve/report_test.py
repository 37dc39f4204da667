import json
import re

import numpy as np
import pytest

from keras_wsad.cli import main
from keras_wsad.data.ucf_crime import Video
from keras_wsad.features.video_features import VideoFeatures
from keras_wsad.serve.report import report_content
from keras_wsad.serve.report import write_report
from tests.serve.fake_predictor import FakePredictor


def predict(**frames):
    features = VideoFeatures(features=np.ones((1, 4, 8)), **frames)
    return FakePredictor().predict_read(features, "camera.npy")


def read_data(path):
    text = path.read_text(encoding="utf-8")
    (data,) = re.findall(r"^showReport\((.*)\);$", text, re.MULTILINE)
    return text, json.loads(data)


def test_a_report_is_one_file_and_names_end_no_script(tmp_path):
    name = "</script><img src=x>"
    truth = Video(name=name, label=9, events=[(30, 90)])
    content = report_content(name, predict(num_frames=240, fps=30.0), truth)
    write_report(tmp_path / "report.html", [content], "Made up.", 0.4)
    text, data = read_data(tmp_path / "report.html")
    assert name not in text
    assert not re.search(r'(src|href)="(?!data:)/', text.partition("<body>")[0])
    assert '<link rel="stylesheet"' not in text and "<script src=" not in text
    (video,) = data["videos"]
    assert (video["name"], data["threshold"]) == (name, 0.4)
    assert video["content"]["annotated"] == {"class_name": "Robbery", "events": [[30, 90]]}


def test_features_without_frames_are_shown_by_segment():
    prediction = predict(num_frames=None, fps=None)
    content = report_content("features", prediction)
    assert content["unit"] == "segment"
    assert content["boundaries"] == list(range(9))
    assert content["key_frames"] == []


def test_predict_writes_the_report_of_all_that_did_not_fail(
    tmp_path, compact_run, capsys, random
):
    features = tmp_path / "features"
    features.mkdir()
    for name in ("a", "b"):
        np.save(features / f"{name}.npy", random.random((12, 256), "float32"))
    (features / "c.npy").write_text("no features")
    out = tmp_path / "out"
    options = ["--model", str(compact_run.folder), "--out", str(out), "--html"]
    files = [str(features / f"{name}.npy") for name in "abc"]
    assert main(["predict", *files, *options]) == 1
    assert f"{out}/report.html" in capsys.readouterr().out
    _, data = read_data(out / "report.html")
    assert [video["name"] for video in data["videos"]] == ["a", "b"]
    prediction = json.loads((out / "b" / "prediction.json").read_text())
    scores = data["videos"][1]["content"]["segment_scores"]
    assert scores == pytest.approx(prediction["segment_scores"])
