import json
import shutil

import numpy as np
import pytest
from sklearn.metrics import roc_curve

from keras_wsad import figures
from keras_wsad.alignment import frames_of
from keras_wsad.errors import RunError
from keras_wsad.evaluation import draw_evaluation
from keras_wsad.evaluation import evaluate
from keras_wsad.evaluation.score_run import score_run


@pytest.fixture(scope="module")
def evaluated(tiny_run, tmp_path_factory):
    folder = tmp_path_factory.mktemp("evaluated") / "run"
    shutil.copytree(tiny_run.folder, folder, ignore=shutil.ignore_patterns("*.png"))
    evaluate(folder, replicates=1)
    return folder


def test_evaluation_alone_leaves_no_pictures(evaluated, tmp_path):
    assert not list(evaluated.glob("*.png"))
    run = shutil.copytree(evaluated, tmp_path / "run")
    paths = draw_evaluation(run)
    assert [path.name for path in paths] == ["roc.png", "reliability.png", "confusion.png"]
    assert all(path.is_file() for path in paths)


@pytest.mark.parametrize("alignment", ["aligned", "release"])
def test_the_curve_is_that_of_all_frames(evaluated, tmp_path, monkeypatch, alignment):
    drawn = {}
    monkeypatch.setattr(
        figures, "draw_roc", lambda path, curves, title: drawn.update(curves)
    )
    draw_evaluation(shutil.copytree(evaluated, tmp_path / "run"))
    scored = score_run(evaluated)
    labels, scores = frames_of(scored.videos, scored.scores["segment_scores"], alignment)
    metrics = json.loads((evaluated / "metrics.json").read_text())
    area = metrics["detection"][alignment]["auc"]
    rates = drawn[f"this run, {alignment} frames: {area:.4f}"]
    np.testing.assert_allclose(rates, roc_curve(labels, scores)[:2], atol=1e-12)


def test_a_point_of_the_diagram_is_a_share_of_videos(evaluated, tmp_path, monkeypatch):
    drawn = {}
    monkeypatch.setattr(
        figures,
        "draw_reliability",
        lambda path, points, title: drawn.update(points=points, title=title),
    )
    draw_evaluation(shutil.copytree(evaluated, tmp_path / "run"))
    scored = score_run(evaluated)
    highest = scored.scores["segment_scores"].max(axis=1)
    is_anomalous = np.array([video.is_anomalous for video in scored.videos])
    said, seen, counts = map(np.array, drawn["points"])
    assert counts.sum() == len(scored.videos) == 26
    for low in range(10):
        inside = (highest >= low / 10) & (highest < (low + 1) / 10)
        if inside.any():
            at = np.flatnonzero((said >= low / 10) & (said < (low + 1) / 10))
            assert counts[at] == inside.sum()
            assert seen[at] == pytest.approx(is_anomalous[inside].mean())
    error = np.average(abs(said - seen), weights=counts)
    assert f"calibration error {error:.3f}" in drawn["title"]


def test_a_system_without_classes_has_no_confusion_matrix(evaluated, tmp_path):
    run = shutil.copytree(evaluated, tmp_path / "run")
    metrics = json.loads((run / "metrics.json").read_text())
    (run / "metrics.json").write_text(json.dumps({**metrics, "classification": None}))
    assert [path.name for path in draw_evaluation(run)] == ["roc.png", "reliability.png"]


def test_a_run_that_is_not_evaluated_cannot_be_drawn(evaluated, tmp_path):
    run = shutil.copytree(evaluated, tmp_path / "run")
    (run / "metrics.json").unlink()
    with pytest.raises(RunError, match="expected the metrics of a run"):
        draw_evaluation(run)
    (run / "scores.npz").unlink()
    with pytest.raises(RunError, match="not the scores of a run"):
        draw_evaluation(run)
