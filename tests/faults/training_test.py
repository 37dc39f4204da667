"""Whichever call of training or evaluation fails that writes, `--resume` mends it."""

import pytest

from keras_wsad.config import ExperimentConfig
from keras_wsad.evaluation import evaluate
from keras_wsad.files import read_json
from keras_wsad.runs import Run
from keras_wsad.training import train
from tests.faults.faults import each_fault
from tests.faults.faults import fail_each


def names_in(run):
    """Everything in a run folder but the log of TensorBoard, whose names hold the time."""
    names = {str(path.relative_to(run.folder)) for path in run.folder.rglob("*")}
    return {name for name in names if "tensorboard/" not in name}


@pytest.mark.large
@each_fault
def test_a_run_after_a_fault_is_that_without(tiny_root, tmp_path, error, lasting):
    settings = {"system": "chance", "data": str(tiny_root), "name": "run"}
    whole = train(ExperimentConfig(**settings, runs=str(tmp_path / "whole")))
    evaluate(whole.folder, replicates=1)

    def run(folder):
        run = Run(folder / "run")
        if not run.is_finished:
            resume = run.folder if run.config.is_file() else None
            train(ExperimentConfig(**settings, runs=str(folder)), resume)
        evaluate(run.folder, replicates=1)
        return True

    def check(folder):
        run = Run(folder / "run")
        metrics = [read_json(each.metrics) for each in (run, whole)]
        assert metrics[0]["detection"] == metrics[1]["detection"]
        assert names_in(run) == names_in(whole)

    assert fail_each(run, check, tmp_path, error, lasting) > 20
