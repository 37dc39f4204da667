import csv
import io
import json
import shutil
import types

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from keras_wsad.backbones import open_backbone
from keras_wsad.data import Video
from keras_wsad.errors import DataError
from keras_wsad.errors import RunError
from keras_wsad.hardware import has_bfloat16
from keras_wsad.inference import load
from reproduce import backbone_precision as precision_study
from reproduce.backbone_precision import study_as_csv
from reproduce.backbone_precision import study_as_markdown
from reproduce.backbone_precision import study_precision

pytestmark = pytest.mark.large

ROWS = [
    {
        "backbone computes in": "bfloat16",
        "seed": seed,
        "feature error": 0.00618,
        "frame AUC": area,
        "mAA": 0.5,
    }
    for seed, area in enumerate((0.8, 0.9))
] + [{"backbone computes in": "int8, OpenVINO", "note": "missing: OpenVINO"}]


def test_a_runtime_that_is_missing_has_a_row_that_says_so():
    text = study_as_markdown(ROWS, "some videos")
    assert "| bfloat16 | 0.0062 | 85.00 ± 7.07 | 50.00 ± 0.00 |" in text
    assert "| int8, OpenVINO | missing: OpenVINO |  |  |" in text
    read = list(csv.DictReader(io.StringIO(study_as_csv(ROWS))))
    assert [row["seed"] for row in read] == ["0", "1", ""]
    assert read[2]["note"] == "missing: OpenVINO"


def test_runs_on_features_of_unknown_extraction_raise(tiny_run):
    with pytest.raises(RunError, match="on the same features"):
        study_precision([tiny_run.folder])


@pytest.fixture
def data(monkeypatch, video, tmp_path):
    """A data set of two copies of one video, to test on and to learn from."""
    videos = [
        Video(name="anomalous", label=0, num_frames=90, events=[(10, 40)]),
        Video(name="normal", label=7, num_frames=90),
    ]
    for copy in videos:
        shutil.copy(video, tmp_path / f"{copy.name}.mp4")
    data = types.SimpleNamespace(
        root=tmp_path, source="made up", training=videos[1:], test=videos
    )
    monkeypatch.setattr(precision_study, "open_experiment_data", lambda config: data)
    return data


@pytest.fixture
def run(compact_run, tmp_path):
    """A run on features of `compact` with the weights that come with it."""
    folder = tmp_path / "run"
    shutil.copytree(compact_run.folder, folder)
    extraction = json.loads((folder / "extraction.json").read_text())
    extraction["weights"] = open_backbone("compact").weights
    (folder / "extraction.json").write_text(json.dumps(extraction))
    return folder


def test_each_precision_is_compared_with_float32(data, run):
    rows, about = study_precision([run])
    assert "made up; 2 test videos" in about and "checkpoint best_on_validation" in about
    found = {row["backbone computes in"]: row for row in rows}
    assert found["float32"]["feature error"] == 0
    # Identical videos get the same class: at most one of the two is right.
    assert found["float32"]["mAA"] in (0.0, 0.5)
    frame_scores = load(run).predict_video(data.root / "normal.mp4").frame_scores
    labels = [video.frame_labels() for video in data.test]
    area = roc_auc_score(np.concatenate(labels), np.tile(frame_scores, 2))
    assert found["float32"]["frame AUC"] == pytest.approx(area, abs=1e-3)
    bfloat16 = found["bfloat16"]
    assert ("note" in bfloat16) == (not has_bfloat16())
    if "note" not in bfloat16:
        assert 1e-4 < bfloat16["feature error"] < 0.03
    assert {row["seed"] for row in rows if "note" not in row} == {0}
    int8 = found["int8, OpenVINO"]
    if "note" in int8:
        assert "pip install 'keras_wsad[openvino]'" in int8["note"]
    else:
        assert bfloat16.get("feature error", 1e-4) < int8["feature error"] < 0.5


def test_missing_videos_are_named(data, run):
    (data.root / "normal.mp4").unlink()
    with pytest.raises(DataError, match="1 of 2 are missing, normal"):
        study_precision([run])


def test_weights_that_are_not_packaged_raise_at_once(data, compact_run):
    assert "random" in compact_run.extraction.read_text()
    with pytest.raises(RunError, match=r"weights that come with it\. Found .* random:0"):
        study_precision([compact_run.folder])
