import csv
import json
import os
import signal
import subprocess
import sys
import time

import keras
import numpy as np
import pytest

from keras_wsad.config import ExperimentConfig
from keras_wsad.data import open_experiment_data
from keras_wsad.errors import NaNLossError
from keras_wsad.errors import RunError
from keras_wsad.training import build_model
from keras_wsad.training import compile_model
from keras_wsad.training import train


def read_log(run):
    with open(run.log, newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def weights_of(path):
    return keras.saving.load_model(path, compile=False).get_weights()


def assert_same_runs(left, right):
    assert read_log(left) == read_log(right)
    for a, b in zip(weights_of(left.model), weights_of(right.model), strict=True):
        np.testing.assert_array_equal(a, b)


def test_a_run_leaves_its_history_and_environment(tiny_run, tiny_settings):
    rows = read_log(tiny_run)
    # 39 training videos of each kind, 9 of each a batch: 4 steps an epoch, 2 epochs.
    assert [row["step"] for row in rows] == ["4", "8"]
    assert {"loss", "val_auc", "val_maa"} <= rows[0].keys()
    environment = json.loads(tiny_run.environment.read_text())
    assert environment["packages"]["tensorflow"]
    training = json.loads(tiny_run.training.read_text())
    assert training["steps"] == 8
    assert training["checkpoint"]["rule"] == "best_on_validation"
    assert list(tiny_run.tensorboard.rglob("events.out.tfevents.*"))
    assert tiny_run.load_config() == ExperimentConfig(
        **tiny_settings, runs=str(tiny_run.folder.parent), name="tiny"
    )


def test_the_kept_epoch_is_the_best_of_the_log(tiny_settings, tmp_path):
    settings = {**tiny_settings, "steps": 24, "learning_rate": 0.01}
    run = train(ExperimentConfig(**settings, runs=str(tmp_path), name="best"))
    criteria = [float(row["val_auc"]) + float(row["val_maa"]) for row in read_log(run)]
    kept = json.loads(run.training.read_text())["checkpoint"]["epoch"]
    assert kept - 1 == int(np.argmax(criteria))


def test_a_seed_gives_the_same_run_and_another_seed_another(
    tiny_settings, tiny_run, tmp_path
):
    again = train(ExperimentConfig(**tiny_settings, runs=str(tmp_path), name="again"))
    assert_same_runs(again, tiny_run)
    other = train(
        ExperimentConfig(**tiny_settings, runs=str(tmp_path), name="other", seed=1)
    )
    assert read_log(other) != read_log(tiny_run)


def test_a_killed_run_goes_on_to_the_same_end(tiny_settings, tmp_path):
    """Kills a run with SIGKILL after some epochs; its end is that of an unbroken run."""
    settings = {**tiny_settings, "steps": 60}
    unbroken = train(ExperimentConfig(**settings, runs=str(tmp_path), name="unbroken"))
    options = [f"--{name}={value}" for name, value in settings.items()]
    command = [sys.executable, "train.py", *options, f"--runs={tmp_path}", "--name=killed"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    folder = tmp_path / "killed"
    deadline = time.monotonic() + 120
    while not (folder / "state.npz").exists() and time.monotonic() < deadline:
        assert process.poll() is None
        time.sleep(0.02)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    assert not (folder / "model.keras").exists()
    with np.load(folder / "state.npz", allow_pickle=False) as state:
        saved_epochs = json.loads(str(state["progress"]))["epoch"]
    assert 0 < saved_epochs < 15

    subprocess.run([sys.executable, "train.py", "--resume", str(folder)], check=True)
    assert_same_runs(type(unbroken)(folder), unbroken)
    assert not (folder / "state.npz").exists()


def test_a_finished_run_is_not_resumed(tiny_run):
    with pytest.raises(RunError, match="finished"):
        train(tiny_run.load_config(), resume=tiny_run.folder)


def test_a_state_of_another_model_is_refused(tiny_settings, tmp_path):
    from keras_wsad.callbacks import CheckpointSelection
    from keras_wsad.callbacks import RunState

    def compiled(lstm_units):
        config = ExperimentConfig(**{**tiny_settings, "lstm_units": lstm_units})
        model = build_model(config, 16)
        compile_model(model, config, [1] * 14)
        model.optimizer.build(model.trainable_variables)
        return model

    selection = CheckpointSelection("last", None, {})
    state = RunState(tmp_path / "state.npz", tmp_path / "log.csv", selection)
    state.set_model(compiled(6))
    state.save(1)
    assert state.restore(compiled(6)) == 1
    with pytest.raises(RunError, match="lstm"):
        state.restore(compiled(5))
    (tmp_path / "state.npz").write_bytes(b"half")
    with pytest.raises(RunError, match="not a state"):
        state.restore(compiled(6))


def test_nan_loss_stops_with_the_names_of_the_videos(tiny_settings, tmp_path):
    settings = {**tiny_settings, "learning_rate": 1e38, "deterministic": False}
    with pytest.raises(NaNLossError, match=r"epoch 1, batch \d") as error:
        train(ExperimentConfig(**settings, runs=str(tmp_path), name="nan"))
    assert str(error.value).count("_x264") == 18
    assert "Normal_Videos" in str(error.value)


@pytest.mark.parametrize("rule", ["last", "best_on_test"])
def test_other_checkpoint_rules(tiny_settings, tmp_path, rule):
    settings = {**tiny_settings, "checkpoint_rule": rule, "validation_fraction": 0.0}
    run = train(ExperimentConfig(**settings, runs=str(tmp_path), name=rule))
    rows = read_log(run)
    assert ("test_maa" in rows[0]) == (rule == "best_on_test")
    kept = json.loads(run.training.read_text())["checkpoint"]
    if rule == "last":
        assert kept["epoch"] == len(rows)
    else:
        best = max(range(len(rows)), key=lambda i: float(rows[i]["test_maa"]))
        assert kept["epoch"] == best + 1


def test_the_release_preset_trains(tiny_settings, tmp_path):
    from keras_wsad.config import load_config
    from keras_wsad.config import preset_path

    settings = {**tiny_settings, "validation_fraction": 0.0}
    config = load_config(preset_path("release"), **settings, runs=str(tmp_path), name="r")
    model = keras.saving.load_model(train(config).model)
    assert model.recurrent_activation == "hard_sigmoid"


@pytest.mark.parametrize("flag", ["lstm", "second_level", "first_level"])
def test_ablated_models_train(tiny_settings, tmp_path, flag):
    config = ExperimentConfig(
        **tiny_settings, **{flag: False}, runs=str(tmp_path), name=flag
    )
    assert train(config).model.is_file()


def test_the_total_is_equation_6(tiny_settings):
    """Adds up the parts that Keras reports, weighted as the paper does."""
    config = ExperimentConfig(**tiny_settings)
    data = open_experiment_data(config)
    model = build_model(config, data.store.feature_dim)
    compile_model(model, config, data.class_counts)
    rows = data.rows(data.training)
    inputs = {
        "features": data.store.features[rows],
        "normalized_features": data.store.normalized_features[rows],
    }
    ignored = np.zeros(len(rows), "float32")
    targets = {
        "segment_scores": np.array([v.is_anomalous for v in data.training], "float32"),
        "class_probabilities": np.array([v.label for v in data.training]),
        "first_level_attention": ignored,
        "second_level_attention": ignored,
    }
    logs = model.test_on_batch(inputs, targets, return_dict=True)
    penalty = float(sum(model.losses))
    expected = (
        0.9 * logs["segment_scores_loss"]
        + 0.1 * logs["class_probabilities_loss"]
        + 1e-3 * (logs["first_level_attention_loss"] + logs["second_level_attention_loss"])
    )
    assert float(logs["loss"]) == pytest.approx(float(expected) + penalty, rel=1e-4)
