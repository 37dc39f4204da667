"""Whichever call of training or evaluation fails that writes, `--resume` mends it."""

import shutil

import numpy as np
import pytest

from keras_wsad.baselines.learned_arrays import load_arrays
from keras_wsad.cli.evaluate import evaluate_command
from keras_wsad.config import ExperimentConfig
from keras_wsad.evaluation import evaluate
from keras_wsad.files import read_json
from keras_wsad.runs import Run
from keras_wsad.training import train
from tests.compare_runs import assert_same_runs
from tests.faults.faults import each_fault
from tests.faults.faults import fail_each


def names_in(run):
    """Everything in a run folder but the log of TensorBoard, whose names hold the time."""
    names = {str(path.relative_to(run.folder)) for path in run.folder.rglob("*")}
    return {name for name in names if not name.startswith("tensorboard/")}


@pytest.fixture(autouse=True)
def no_git(monkeypatch):
    """Describes no environment, which takes longer than a tiny run."""
    monkeypatch.setattr("keras_wsad.training.run_folder.describe_environment", dict)


def fail_training(config, tmp_path, assert_same, error, lasting):
    whole = train(config)

    def run(folder):
        run, resume = Run(folder / "run"), None
        if run.config.is_file():
            resume = run.folder
        if not run.is_finished:
            settings = {**vars(config), "runs": str(folder), "name": "run"}
            train(ExperimentConfig(**settings), resume)
        else:
            # What `--resume` does then.
            evaluate(run.folder, replicates=1)
        return True

    def check(folder):
        run = Run(folder / "run")
        assert_same(run, whole)
        assert names_in(run) - {"metrics.json", "scores.npz"} == names_in(whole)

    return fail_each(run, check, tmp_path, error, lasting)


@pytest.mark.large
@each_fault
def test_what_a_learner_has_learned_is_there_or_made_again(
    tiny_root, tmp_path, error, lasting
):
    config = ExperimentConfig(
        system="logistic_regression", data=str(tiny_root), runs=str(tmp_path), name="whole"
    )

    def assert_same(left, right):
        learned = [load_arrays(run.system, ["detection_coef_"]) for run in (left, right)]
        np.testing.assert_array_equal(*(of["detection_coef_"] for of in learned))

    assert fail_training(config, tmp_path, assert_same, error, lasting) > 20


@pytest.mark.large
@each_fault
def test_a_model_after_a_fault_is_that_without(tiny_settings, tmp_path, error, lasting):
    config = ExperimentConfig(**tiny_settings, runs=str(tmp_path), name="whole")

    assert fail_training(config, tmp_path, assert_same_runs, error, lasting) > 50


@pytest.mark.large
@each_fault
def test_an_evaluation_after_a_fault_is_that_without(tiny_run, tmp_path, error, lasting):
    whole = tmp_path / "whole" / "tiny"
    shutil.copytree(tiny_run.folder, whole)
    command = ["--replicates=1", "--run"]
    assert evaluate_command([*command, str(whole)]) == 0

    def prepare(folder):
        shutil.copytree(whole, folder / "tiny")
        for path in ("metrics.json", "scores.npz", "roc.png"):
            (folder / "tiny" / path).unlink()

    def run(folder):
        return evaluate_command([*command, str(folder / "tiny")]) == 0

    def check(folder):
        run = Run(folder / "tiny")
        assert read_json(run.metrics) == read_json(Run(whole).metrics)
        assert names_in(run) == names_in(Run(whole))

    assert fail_each(run, check, tmp_path, error, lasting, prepare) > 10
