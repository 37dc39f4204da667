import types

import numpy as np
import pytest
from PIL import Image

from keras_wsad.data import Video
from keras_wsad.errors import DataError
from reproduce.real.measure import measure
from reproduce.real.scored_set import ScoredSet
from reproduce.real.scored_set import known_videos
from reproduce.real_videos import main
from tests.video.make_video import make_video

NORMAL = 7


def test_events_are_known_of_test_videos_and_of_normal_ones(tiny_root, tmp_path):
    names = ["Abuse001_x264", "Abuse004_x264", "Normal_Videos001_x264"]
    for name in names:
        (tmp_path / f"{name}.mp4").touch()
    known = {
        video.name: (video.label, located)
        for video, located in known_videos([str(tmp_path)], tiny_root).values()
    }
    assert known == {names[0]: (0, False), names[1]: (0, True), names[2]: (NORMAL, True)}
    (tmp_path / "Other.mp4").touch()
    with pytest.raises(DataError, match=r"Other\.mp4: expected a video of the lists"):
        known_videos([str(tmp_path)], tiny_root)


def test_numbers_by_hand():
    videos = [
        Video(name="a", label=0, num_frames=4, events=[(2, 4)]),
        Video(name="b", label=1, num_frames=4),  # When is not known.
        Video(name="n", label=NORMAL, num_frames=4),
    ]
    scores = {
        "segment_scores": np.array([[0.1, 0.2, 0.8, 0.3], [0.5, 0, 0, 0], [0.6, 0, 0, 0]]),
        "class_probabilities": np.eye(14)[[0, 3, NORMAL]],
    }
    scored = ScoredSet(
        videos=videos,
        is_located=np.array([True, False, True]),
        systems={"the model": [scores]},
    )
    numbers = measure(scored)
    values = {(row, metric): value for row, metric, value, *_ in numbers}
    # .8 > .6 and .5 < .6: one pair of two.
    assert values["the model", "video AUC"] == 0.5
    # Frames .8 and .3 against .1, .2, .6, 0, 0, 0: 6 + 5 of 12 pairs.
    assert values["the model", "frame AUC"] == pytest.approx(11 / 12)
    assert values["the model", "frame AUC within anomalous videos"] == 1
    # Segments 3 and 4 of 4: the curve is symmetric.
    within = ("position in the video", "frame AUC within anomalous videos")
    assert values[within] == 0.5
    assert values["the model", "anomalous videos named right, of 2"] == 0.5
    assert values["the model", "normal videos named right, of 1"] == 1
    assert ("position in the video", "video AUC") not in values


def test_two_systems_are_compared_run_by_run():
    videos = [
        Video(name=f"a{number}", label=0, num_frames=4, events=[(2, 4)])
        for number in range(6)
    ]
    videos.append(Video(name="n", label=NORMAL, num_frames=4))
    flat, right = np.full((7, 4), 0.5), np.array([[0, 0, 1.0, 1.0]] * 6 + [[0, 0, 0, 0]])

    def run(scores):
        return {"segment_scores": scores, "class_probabilities": np.eye(14)[[0] * 7]}

    systems = {"first": [run(flat), run(right)], "second": [run(right), run(right)]}
    scored = ScoredSet(videos=videos, is_located=np.full(7, True), systems=systems)
    numbers = measure(scored)
    found = {(row, metric): values for row, metric, *values in numbers}
    within = "frame AUC within anomalous videos"
    assert found["first", within][0] == 0.75
    assert found["first", within][1] == pytest.approx(np.std([0.5, 1], ddof=1))
    # Of two runs drawn with replacement, both may be the same.
    assert found["first", within][2:] == pytest.approx([0.5, 1, 0.5, 1])
    assert found["second - first", within] == pytest.approx(
        [0.25, 0.3536, 0, 0.5, 0.5, 0], abs=1e-4
    )
    assert found["second", "video AUC"] == pytest.approx([1, 0, 1, 1, 1, 1])


def test_sets_are_measured_alone_and_pooled(tiny_root, tmp_path, monkeypatch, capsys):
    class Predictor:
        def predict_video(self, path):
            # The name stands for what is seen.
            seen = float("Abuse" in str(path))
            return types.SimpleNamespace(
                segment_scores=np.full(4, seen),
                class_probabilities=np.eye(14)[0 if seen else NORMAL],
                num_frames=80,
            )

    monkeypatch.setattr("keras_wsad.inference.load", lambda path: Predictor())
    for folder, name in (("one", "Abuse004_x264"), ("two", "Normal_Videos001_x264")):
        (tmp_path / folder).mkdir()
        make_video(tmp_path / folder / f"{name}.mp4", num_frames=8)
    folders = [str(tmp_path / name) for name in ("one", "two")]
    argv = [*folders, f"--data={tiny_root}", "--model=RUN", f"--out={tmp_path / 'out'}"]
    assert main(argv) == 0
    lines = (tmp_path / "out.csv").read_text(encoding="utf-8").splitlines()
    assert 'one,RUN,"anomalous videos named right, of 1",1.0000,,,,1.0000' in lines
    pooled = "one and two pooled,RUN,video AUC,1.0000,"
    assert any(line.startswith(pooled) for line in lines)
    assert not any(line.startswith("one,RUN,video AUC") for line in lines)
    assert "| one and two pooled | RUN | video AUC | 100.0 |" in capsys.readouterr().out
    assert Image.open(tmp_path / "out.png").width > 500
    assert main([*argv, "--model=RUN"]) == 1
    assert "Expected systems of different names" in capsys.readouterr().err
