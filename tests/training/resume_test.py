import dataclasses
import json
import os
import shutil
import signal
import subprocess
import sys
import time

import numpy as np
import pytest

from keras_wsad.arrays import read_npz
from keras_wsad.baselines.proposed import Proposed
from keras_wsad.cli.train import train_command
from keras_wsad.config import ExperimentConfig
from keras_wsad.errors import ConfigError
from keras_wsad.errors import LockedError
from keras_wsad.errors import RunError
from keras_wsad.evaluation import evaluate
from keras_wsad.training import train
from tests.compare_runs import assert_same_runs
from tests.training.train_until import train_until


@pytest.mark.large
def test_a_killed_run_goes_on_to_the_same_end(tiny_settings, tmp_path):
    """A run killed by SIGKILL and broken off once more ends like an unbroken one."""
    settings = {**tiny_settings, "steps": 120, "learning_rate": 1e-3}
    unbroken = train(ExperimentConfig(**settings, runs=str(tmp_path), name="unbroken"))
    options = [f"--{name}={value}" for name, value in settings.items()]
    folder = tmp_path / "killed"
    first = [*options, f"--runs={tmp_path}", "--name=killed"]
    assert 0 < kill_after_epochs(folder, first, 1) < 20
    config = ExperimentConfig(**settings, runs=str(tmp_path), name="killed")
    train_until(20, config, resume=folder)
    assert not (folder / "model.keras").exists()
    assert_same_runs(train(config, resume=folder), unbroken)
    left = {path.name for path in folder.iterdir()}
    assert not [name for name in left if name.startswith((".partial", "workspace"))]


def kill_after_epochs(folder, options, epochs):
    """Kills `train.py` as soon as its log has so many epochs; returns what is saved."""
    process = subprocess.Popen(
        [sys.executable, "train.py", *options], stdout=subprocess.DEVNULL
    )
    log, deadline = folder / "log.csv", time.monotonic() + 120
    while time.monotonic() < deadline:
        assert process.poll() is None, "the run ended before it could be killed"
        if log.exists() and len(log.read_text().splitlines()) > epochs:
            break
        time.sleep(0.005)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    with np.load(folder / "workspace" / "state.npz", allow_pickle=False) as state:
        return json.loads(str(state["progress"]))["epoch"]


def test_a_learner_that_was_stopped_begins_anew(tiny_root, tmp_path, monkeypatch):
    config = ExperimentConfig(
        system="logistic_regression", data=str(tiny_root), runs=str(tmp_path), name="run"
    )

    def stop(*arguments):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("keras_wsad.training.run_training.finish_run", stop)
        with pytest.raises(KeyboardInterrupt):
            train(config)
    folder = tmp_path / "run"
    assert not (folder / "system").exists()
    run = train(config, resume=folder)
    assert run.is_finished
    assert not (folder / "workspace").exists()
    # A finished one is evaluated again, as a Keras model is.
    assert train_command(["--resume", str(folder)]) == 0
    whole = train(dataclasses.replace(config, name="whole"))
    kept = [read_npz(r.system / "learned.npz") for r in (run, whole)]
    np.testing.assert_array_equal(*(k["detection_coef_"] for k in kept))


def test_a_finished_run_is_not_resumed(tiny_run):
    with pytest.raises(RunError, match="finished"):
        train(tiny_run.load_config(), resume=tiny_run.folder)


def test_a_state_of_another_model_raises(tiny_settings, tmp_path):
    from keras_wsad.callbacks import CheckpointSelection
    from keras_wsad.callbacks import RunState

    def compiled(lstm_units):
        config = ExperimentConfig(**{**tiny_settings, "lstm_units": lstm_units})
        system = Proposed(config)
        model = system.build(16)
        system.compile(model, [1] * 14)
        model.optimizer.build(model.trainable_variables)
        return model

    selection = CheckpointSelection("last", tmp_path, {})
    state = RunState(tmp_path / "state.npz", tmp_path / "log.csv", selection)
    selection.kept = {"last": 0}
    state.set_model(compiled(6))
    state.save(1)
    assert state.restore(compiled(6)) == 1
    with pytest.raises(RunError, match="lstm"):
        state.restore(compiled(5))
    whole = (tmp_path / "state.npz").read_bytes()
    for part in (b"half", whole[: len(whole) // 2], whole[:-10], b""):
        (tmp_path / "state.npz").write_bytes(part)
        with pytest.raises(RunError, match="not a state"):
            state.restore(compiled(6))


@pytest.mark.large
def test_a_run_does_not_go_on_with_other_data_or_settings(
    tiny_settings, tiny_root, tmp_path
):
    root = tmp_path / "data"
    shutil.copytree(tiny_root, root)
    settings = {**tiny_settings, "data": str(root), "steps": 200}
    config = ExperimentConfig(**settings, runs=str(tmp_path), name="run")

    train_until(2, config)
    folder = tmp_path / "run"
    with pytest.raises(ConfigError, match="dropout"):
        train(dataclasses.replace(config, dropout=0.1), resume=folder)
    with pytest.raises(ConfigError, match="at least the 200 steps"):
        train(dataclasses.replace(config, steps=100), resume=folder)
    (folder / ".partial-write-killed").mkdir()
    (root / "features" / "Abuse000_x264.npy").unlink()
    with pytest.raises(RunError, match="have changed since the run began"):
        train(config, resume=folder)
    assert not (folder / ".partial-write-killed").exists()
    environment = json.loads((folder / "environment.json").read_text())
    assert len(environment["resumed"]) == 1


def test_a_run_that_another_process_trains_or_evaluates_is_left_alone(tiny_run):
    config = tiny_run.load_config()
    with tiny_run.locked():
        for begin in (
            lambda: train(config, tiny_run.folder),
            lambda: evaluate(tiny_run.folder),
        ):
            with pytest.raises(LockedError, match="in use by process"):
                begin()
    assert not (tiny_run.folder / ".lock").exists()
