import re
import shutil
import types

import matplotlib.image
import numpy as np
import pytest

from keras_wsad.data import UCFCrime
from keras_wsad.data import Video
from keras_wsad.errors import RunError
from keras_wsad.inference import VideoPrediction
from reproduce.figure4 import choose_examples
from reproduce.figure4 import draw_figure4
from reproduce.figure4 import main
from tests.video.make_video import make_video


def pair(name, scores, class_name="Abuse", label=0, events=((0, 40),)):
    video = Video(name=name, label=label, num_frames=80, events=list(events))
    prediction = VideoPrediction(
        segment_scores=np.array(scores),
        class_probabilities=np.eye(14)[0],
        class_name=class_name,
        video=name,
        threshold=0.5,
        alignment="aligned",
        num_frames=80,
    )
    return video, prediction


def names(pairs):
    return [video.name for video, _ in choose_examples(pairs)]


def test_the_best_found_and_the_longest_missed_video_are_chosen():
    pairs = [
        pair("normal", [0, 0], "Normal", label=7, events=()),
        pair("found, misnamed", [1, 0], "Arson"),
        pair("found", [1, 0.9, 0, 0, 1, 0, 0, 0]),
        pair("found best", [1, 0]),
        pair("missed", [0, 0], "Normal"),
        pair("missed longest", [0, 0], "Arson", events=[(0, 30), (40, 60)]),
        pair("missed, named", [0, 0], events=[(0, 80)]),
    ]
    assert names(pairs) == ["found best", "missed longest"]
    assert names(pairs[:3]) == ["found"]
    assert names(pairs[:2]) == []


def test_figure_4_needs_features_alone(tiny_run, tmp_path, capsys):
    out = tmp_path / "figure.png"
    arguments = ["--run", str(tiny_run.folder), "--out", str(out)]
    videos = ["Robbery004_x264", "Normal_Videos500_x264"]
    assert main([*arguments, "--videos", *videos]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert re.match(r"Robbery004_x264: (found|missed) \(IoU 0\.\d\d\), classed", lines[0])
    assert re.match(r"Normal_Videos500_x264: (silent|false alarm), classed", lines[1])
    picture = matplotlib.image.imread(out)
    assert picture.shape[1] > 1.5 * picture.shape[0]
    assert picture.std() > 0


def test_examples_are_chosen_where_no_name_is_given(tiny_run, tmp_path):
    path, lines = draw_figure4(tiny_run.folder, out=tmp_path / "a.png")
    assert path.is_file()
    # The model is hardly trained, so it misses something.
    assert any("missed" in line for line in lines)


@pytest.mark.parametrize("name", ["Robbery000_x264", "nobody"])
def test_only_test_videos_are_drawn(tiny_run, tmp_path, name, capsys):
    arguments = ["--run", str(tiny_run.folder), "--out", str(tmp_path / "a.png")]
    assert main([*arguments, "--videos", name]) == 1
    assert f"expected test videos that have features. Received: {name}" in (
        capsys.readouterr().err
    )


@pytest.mark.large
def test_key_frames_are_drawn_of_the_videos_that_are_there(tiny_run, tiny_root, tmp_path):
    def height(root):
        path = tmp_path / "a.png"
        draw_figure4(tiny_run.folder, ["Robbery004_x264"], path, data=root)
        return matplotlib.image.imread(path).shape[0]

    root = tmp_path / "data"
    shutil.copytree(tiny_root, root)
    (root / "Arson").mkdir()
    # Only the videos that are drawn are read.
    (root / "Arson" / "Arson004_x264.mp4").write_text("no video")
    without = height(root)
    (video,) = (v for v in UCFCrime(root).test if v.name == "Robbery004_x264")
    make_video(root / f"{video.name}.mp4", video.num_frames, codec="mpeg4")
    assert height(root) > 1.2 * without


def test_features_of_another_kind_raise(tiny_run, tiny_root, tmp_path, capsys):
    root = tmp_path / "data"
    shutil.copytree(tiny_root, root)
    for path in (root / "features").iterdir():
        np.save(path, np.load(path)[:, :9])
    arguments = ["--run", str(tiny_run.folder), "--data", str(root)]
    assert main(arguments) == 1
    assert "Expected 16 features a segment" in capsys.readouterr().err


def test_a_system_without_classes_raises(monkeypatch):
    scored = types.SimpleNamespace(
        scores={"segment_scores": np.zeros((1, 32))},
        run=types.SimpleNamespace(folder="runs/svm"),
        config=types.SimpleNamespace(system="svm"),
    )
    monkeypatch.setattr(
        "keras_wsad.evaluation.score_run.score_run", lambda *arguments: scored
    )
    with pytest.raises(RunError, match=r"names classes\. Found svm"):
        draw_figure4("runs/svm")
