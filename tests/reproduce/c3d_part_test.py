import csv

import numpy as np
import pytest

from keras_wsad.config import ExperimentConfig
from keras_wsad.data import UCFCrime
from keras_wsad.data import open_experiment_data
from reproduce.c3d_part import main
from reproduce.c3d_part import make_folds
from reproduce.c3d_part import write_fold


@pytest.fixture(scope="module")
def folds(twins_root):
    data = open_experiment_data(ExperimentConfig(data=str(twins_root)))
    return make_folds(data, 3)


@pytest.fixture(scope="module")
def twins_root(tmp_path_factory):
    """Made-up videos, two pairs of which have identical features."""
    from tests.data.synthetic import write_synthetic

    root = tmp_path_factory.mktemp("twins") / "data"
    write_synthetic(root, train_per_class=5, test_per_class=1, feature_dim=16)
    dataset = UCFCrime(root)
    normal = [
        [v.name for v in part if not v.is_anomalous]
        for part in (dataset.train, dataset.test)
    ]
    for name, other in zip(*normal, strict=False):
        if name in (normal[0][0], normal[0][1]):
            files = [next(root.rglob(f"{n}*.npy")) for n in (name, other)]
            files[1].write_bytes(files[0].read_bytes())
    return root


def test_every_video_is_tested_once_and_twins_together(folds, twins_root):
    names = [video.name for fold in folds for video in fold]
    dataset = UCFCrime(twins_root)
    assert sorted(names) == sorted(v.name for v in [*dataset.train, *dataset.test])
    data = open_experiment_data(ExperimentConfig(data=str(twins_root)))
    assert len(data.store.identical) == 2
    for twins in data.store.identical:
        assert (
            len({i for i, fold in enumerate(folds) for v in fold if v.name in twins}) == 1
        )


def test_a_fold_is_read_as_a_data_set(folds, tmp_path):
    write_fold(tmp_path, folds, 1)
    dataset = UCFCrime(tmp_path)
    assert [v.name for v in dataset.test] == [v.name for v in folds[1]]
    assert [v.label for v in dataset.test] == [v.label for v in folds[1]]
    assert len(dataset.train) == len(folds[0]) + len(folds[2])
    for video in dataset.test:
        assert video.frame_labels().all() == video.is_anomalous


@pytest.mark.large
def test_rows_are_measured_on_all_folds(twins_root, tmp_path, capsys):
    out = tmp_path / "study"
    argv = [f"--data={twins_root}", "--features=features", "--folds=3"]
    argv += ["--rows", "SVM", "true", f"--runs={tmp_path / 'runs'}", f"--out={out}"]
    assert main(argv) == 0
    with open(f"{out}.csv", encoding="utf-8", newline="") as file:
        lines = {(line["row"], line["metric"]): line for line in csv.DictReader(file)}
    # The oracle is perfect on every fold.
    oracle = lines["True video label on every frame", "maa"]
    assert [oracle[name] for name in ("mean", "run 0", "run 2")] == ["100.00"] * 3
    svm = lines["SVM baseline", "video_auc"]
    runs = [float(svm[f"run {fold}"]) for fold in range(3)]
    assert float(svm["mean"]) == pytest.approx(np.mean(runs), abs=0.01)
    text = (tmp_path / "study.md").read_text(encoding="utf-8")
    assert f"| SVM baseline | {float(svm['mean']):.1f} ±" in text
    assert "are written" in capsys.readouterr().out
