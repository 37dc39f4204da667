import json
import os
import shutil

import numpy as np
import pytest

from keras_wsad.cli import main
from keras_wsad.config import ExperimentConfig
from keras_wsad.data import UCFCrime
from keras_wsad.data import open_experiment_data
from keras_wsad.errors import DataError
from keras_wsad.evaluation import evaluate
from keras_wsad.features import open_store
from keras_wsad.features.extraction import Extraction
from keras_wsad.training import train


def with_sidecars(root, **settings):
    """Writes sidecars beside made-up features, as if they had been extracted."""
    base = {"backbone": "compact", "weights": "random:0", "clip_length": 16}
    extraction = Extraction(**{**base, "stride": 16, "size": 80, **settings})
    for path in (root / "features").glob("*.npy"):
        write_sidecar(path.with_suffix(".json"), extraction)
    return extraction


def write_sidecar(path, extraction, num_frames=300):
    num_clips, feature_dim = np.load(next(path.parent.glob(f"{path.stem}*.npy"))).shape
    content = {
        "extraction": extraction.to_dict(),
        "dtype": "float32",
        "num_clips": num_clips,
        "feature_dim": feature_dim,
        "num_frames": num_frames,
        "fps": 30.0,
        "video": {"file": "v.mp4", "size": 1, "mtime_ns": 1, "sha256": "0"},
        "damage": None,
        "version": "0",
    }
    path.write_text(json.dumps(content))


@pytest.fixture
def root(tiny_root, tmp_path):
    shutil.copytree(tiny_root, tmp_path / "data")
    return tmp_path / "data"


def test_features_of_two_extractions_are_not_mixed(root, tiny_settings):
    config = ExperimentConfig(**{**tiny_settings, "data": str(root)})
    assert open_experiment_data(config).store.extraction is None
    extraction = with_sidecars(root)
    for _ in range(2):
        # The second time from the cache.
        data = open_experiment_data(config)
        assert data.store.extraction == extraction
        assert "(compact, 1 crop, stride 16)" in data.source
    assert data.store.reused
    odd = root / "features" / "Arson001_x264.json"
    write_sidecar(odd, Extraction(**{**extraction.to_dict(), "stride": 64}))
    with pytest.raises(DataError, match=r"stride 64 \(was 16\): 1 such as .*Arson001_x264"):
        open_experiment_data(config)
    # Features of unknown origin match any others.
    odd.write_text('{"title": "not a sidecar"}')
    store = open_experiment_data(config).store
    assert store.extraction == extraction
    ((name, action, problem),) = ((p.name, p.action, p.problem) for p in store.problems)
    assert (name, action) == ("Arson001_x264", "kept")
    assert problem.startswith("of unknown origin")
    odd.write_text('{"extraction": {}}')
    with pytest.raises(DataError, match=r"Arson001_x264\.json: expected the settings"):
        open_experiment_data(config)


def test_features_that_are_not_those_of_their_sidecar_are_left_out(root, tiny_settings):
    with_sidecars(root)
    path = root / "features" / "Arson001_x264.npy"
    np.save(path, np.load(path)[:-1])
    config = ExperimentConfig(**{**tiny_settings, "data": str(root)})
    (problem,) = open_experiment_data(config).store.problems
    assert (problem.name, problem.action) == ("Arson001_x264", "left out")
    assert "where its sidecar says" in problem.problem
    sidecar = path.with_suffix(".json")
    content = json.loads(sidecar.read_text())
    for name, value in (
        ("fps", 0),
        ("fps", float("inf")),
        ("fps", 1e-300),
        ("num_clips", "3"),
        ("num_frames", 10**12),
        ("num_frames", True),
        ("dtype", "int8"),
        ("video", {}),
    ):
        sidecar.write_text(json.dumps({**content, name: value}))
        with pytest.raises(DataError, match=rf"Arson001_x264\.json: .* Received: {name}="):
            open_experiment_data(config)


def train_chance(root, folder):
    """Returns a run of the system that is trained in no time."""
    settings = {"num_segments": 8, "validation_fraction": 0.25, "system": "chance"}
    return train(ExperimentConfig(data=str(root), **settings, runs=str(folder), name="run"))


@pytest.mark.large
def test_a_run_is_not_evaluated_on_features_of_another_extraction(
    root, tiny_root, tmp_path
):
    run = train_chance(tiny_root, tmp_path)
    extraction = with_sidecars(root)
    # Trained on features of unknown origin.
    evaluate(run.folder, data=root, replicates=1)
    run.save_extraction(extraction)
    metrics = evaluate(run.folder, data=root, replicates=1)
    assert "(compact, 1 crop, stride 16)" in metrics["about"]["features"]
    with_sidecars(root, weights="random:1", crops=5)
    with pytest.raises(DataError, match=r"weights random:1 \(was random:0\), crops 5 \(w"):
        evaluate(run.folder, data=root, replicates=1)
    evaluate(run.folder, replicates=1)


def test_training_notes_how_its_features_were_made(root, tmp_path):
    extraction = with_sidecars(root)
    run = train_chance(root, tmp_path)
    assert run.load_extraction() == extraction
    run.extraction.write_text("{}")
    with pytest.raises(DataError, match=r"extraction\.json: expected the settings"):
        run.load_extraction()
    run.extraction.unlink()
    assert run.load_extraction() is None


@pytest.mark.parametrize("outside", [False, True])
def test_frame_counts_come_from_sidecars_before_videos(
    real_data, tmp_path, outside, open_once, monkeypatch
):
    monkeypatch.setattr("keras_wsad.backbones.open_backbone", open_once)
    name = "Normal_Videos_006_x264"
    source = real_data / "ucf_crime"
    root, features = tmp_path / "root", tmp_path / "root" / "compact"
    if outside:
        features = tmp_path / "features"
    root.mkdir()
    line = f"Testing_Normal_Videos_Anomaly/{name}.mp4"
    (root / "Anomaly_Test.txt").write_text(line)
    (root / "Anomaly_Train.txt").write_text("")
    annotation = "Temporal_Anomaly_Annotation_for_Testing_Videos.txt"
    (root / annotation).write_text(f"{name}.mp4 Normal -1 -1 -1 -1")
    shutil.copy(source / "videos" / f"{name}.mp4", root)
    settings = ["--backbone=compact", "--random_weights", "--num_segments=0"]
    arguments = [str(root / f"{name}.mp4"), *settings, "--out", str(features)]
    assert main(["extract", *arguments]) == 0

    def counted():
        (video,) = UCFCrime(root, features).test
        return video.num_frames, video.frames_source

    monkeypatch.setattr("keras_wsad.data.frame_counts.probe_video", None)
    assert counted() == (450, "sidecar")
    (root / "num_frames.csv").write_text(f"{name},449\n")
    assert counted() == (449, "num_frames.csv")
    for part in ("name", "number"):
        published = {
            "name": "Test_video_name_UCF.npy",
            "number": "Test_frame_number_UCF.npy",
        }
        shutil.copy(source / published[part], root)
    assert counted() == (451, "authors' arrays")


def test_many_sidecars_are_read_once(tmp_path, monkeypatch):
    names = [f"V{number}" for number in range(30)]
    extraction = Extraction(
        backbone="c3d", weights="random:0", clip_length=16, stride=16, size=112, crops=5
    )
    for name in names:
        for crop in range(5):
            np.save(tmp_path / f"{name}__{crop}.npy", np.ones((3, 4), np.float32))
        write_sidecar(tmp_path / f"{name}.json", extraction)
    assert open_store(tmp_path, names).extraction == extraction
    monkeypatch.setattr("keras_wsad.features.fill_store.common_extraction", None)
    assert open_store(tmp_path, names).extraction == extraction
    os.utime(tmp_path / "V7.json", ns=(1, 1))
    with pytest.raises(TypeError):
        open_store(tmp_path, names)
