import csv
import dataclasses

import numpy as np
import pytest

from keras_wsad.config import ExperimentConfig
from keras_wsad.errors import ConfigError
from reproduce.joint_model import METRICS
from reproduce.joint_model import main
from reproduce.joint_model import run_seeds
from reproduce.joint_model import summarize_seeds
from reproduce.joint_model import write_summary


@pytest.fixture(scope="module")
def results(tiny_root, tmp_path_factory):
    """Two runs of a system that takes no time."""
    runs = str(tmp_path_factory.mktemp("seeds"))
    settings = {"num_segments": 8, "validation_fraction": 0.25, "system": "chance"}
    config = ExperimentConfig(data=str(tiny_root), **settings, runs=runs, name="joint")
    return config, run_seeds(config, [0, 3])


def test_a_run_for_each_seed(results):
    _, of_seeds = results
    assert [run.folder.name for run, _ in of_seeds] == ["joint-seed0", "joint-seed3"]
    assert [metrics["about"]["seed"] for _, metrics in of_seeds] == [0, 3]
    areas = [metrics["detection"]["aligned"]["auc"] for _, metrics in of_seeds]
    assert areas[0] != areas[1]


def test_finished_runs_are_not_trained_again(results, monkeypatch):
    config, of_seeds = results

    def no_training(*args, **kwargs):
        raise AssertionError("trained again")

    monkeypatch.setattr("reproduce.tables.run.train", no_training)
    again = run_seeds(config, [0, 3])
    assert [metrics for _, metrics in again] == [metrics for _, metrics in of_seeds]


def test_runs_of_other_settings_are_not_taken_for_ones_own(results):
    config, _ = results
    with pytest.raises(ConfigError, match="num_segments"):
        run_seeds(dataclasses.replace(config, num_segments=16), [0])


def test_seeds_must_differ(capsys):
    assert main(["--seeds", "1", "1", "--data=d"]) == 1
    assert "seeds that differ" in capsys.readouterr().err


def test_mean_and_sample_deviation(results):
    _, of_seeds = results
    rows = {row[0]: row[1:] for row in summarize_seeds([m for _, m in of_seeds])}
    assert rows.keys() == METRICS.keys()
    mean, spread, values = rows["mAA"]
    assert values == [metrics["classification"]["maa"] for _, metrics in of_seeds]
    assert mean == pytest.approx(sum(values) / 2)
    assert spread == pytest.approx(abs(values[0] - values[1]) / np.sqrt(2))


def test_the_summary_says_on_what_it_was_measured(results, tmp_path):
    _, of_seeds = results
    write_summary(tmp_path / "joint", of_seeds)
    text = (tmp_path / "joint.md").read_text()
    assert "seed 0, 3" in text
    assert "26 test videos" in text
    assert "checkpoint its own" in text
    with open(tmp_path / "joint.csv", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["metric"] for row in rows] == list(METRICS)
    first = of_seeds[0][1]["detection"]["aligned"]["auc"]
    assert float(rows[0]["seed 0"]) == pytest.approx(first, abs=1e-4)
