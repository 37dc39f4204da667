import dataclasses
import json

import keras
import numpy as np
import pytest

import keras_wsad
from keras_wsad.baselines.score_videos import score_videos
from keras_wsad.callbacks import RunState
from keras_wsad.config import ExperimentConfig
from keras_wsad.config import load_config
from keras_wsad.config import preset_path
from keras_wsad.data import open_experiment_data
from keras_wsad.data.pipelines import training_batches
from keras_wsad.errors import NaNLossError
from keras_wsad.errors import RunError
from keras_wsad.evaluation import evaluate
from keras_wsad.evaluation.scores_file import load_scores
from keras_wsad.metrics import mean_average_accuracy
from keras_wsad.metrics import video_level_auc
from keras_wsad.metrics.calibration import Calibration
from keras_wsad.runs import Run
from keras_wsad.training import train
from tests.compare_runs import assert_same_runs
from tests.compare_runs import read_log
from tests.needs_bfloat16 import needs_bfloat16
from tests.training.train_until import train_until


def test_a_run_leaves_its_history_and_environment(tiny_run, tiny_settings):
    rows = read_log(tiny_run)
    # 39 training videos of each kind, 9 of each a batch: 4 steps an epoch, 7 epochs.
    assert [int(row["step"]) for row in rows] == list(range(4, 29, 4))
    assert {"loss", "val_auc", "val_maa"} <= rows[0].keys()
    environment = json.loads(tiny_run.environment.read_text())
    assert environment["packages"]["tensorflow"]
    training = json.loads(tiny_run.training.read_text())
    assert training["steps"] == 28
    assert training["checkpoint"]["rule"] == "best_on_validation"
    assert list(tiny_run.tensorboard.rglob("events.out.tfevents.*"))
    config = tiny_run.load_config()
    assert {name: getattr(config, name) for name in tiny_settings} == {
        **tiny_settings,
        "steps": 28,
    }


def test_scores_are_calibrated_on_the_held_out_videos(tiny_run):
    """It is the same in the run, in its saved model and in both once loaded."""
    stored = Calibration(**tiny_run.load_training()["calibration"])
    data = open_experiment_data(tiny_run.load_config())
    model = keras.saving.load_model(tiny_run.model, compile=False)
    scores = score_videos(model, data.store, data.validation)
    is_anomalous = [video.is_anomalous for video in data.validation]
    fitted = Calibration.fit(is_anomalous, scores["segment_scores"])
    assert stored.slope == pytest.approx(fitted.slope, rel=1e-3)
    assert stored.offset == pytest.approx(fitted.offset, rel=1e-3)
    assert stored.videos == len(data.validation) == 26
    for path in (tiny_run.folder, tiny_run.model, tiny_run.saved_model):
        predictor = keras_wsad.load(path)
        assert predictor.card.calibration == stored


def test_the_kept_epoch_is_the_best_of_the_log(tiny_run):
    criteria = [float(row["val_auc"]) + float(row["val_maa"]) for row in read_log(tiny_run)]
    kept = json.loads(tiny_run.training.read_text())["checkpoint"]["epoch"]
    assert kept - 1 == int(np.argmax(criteria))


@pytest.mark.large
def test_a_seed_gives_the_same_run_and_another_seed_another(tiny_run, tmp_path):
    config = dataclasses.replace(tiny_run.load_config(), runs=str(tmp_path))
    again = train(dataclasses.replace(config, name="again"))
    assert_same_runs(again, tiny_run)
    other = train(dataclasses.replace(config, name="other", seed=1, steps=4))
    assert read_log(other)[0] != read_log(tiny_run)[0]


def test_nan_loss_stops_with_the_names_of_the_videos(tiny_settings, tmp_path, monkeypatch):
    """A NaN that passes the readers: the error names the videos of its batch."""
    config = ExperimentConfig(**tiny_settings, runs=str(tmp_path), name="nan", seed=3)
    data = open_experiment_data(config)
    bad = data.training[5].name
    features = np.array(data.store.features)
    features[data.rows([data.training[5]])] = np.nan
    data.store.features = features
    monkeypatch.setattr(
        "keras_wsad.training.run_training.open_experiment_data", lambda config: data
    )
    # It reads the features too, and would be the first to fail.
    monkeypatch.setattr(type(data), "audited", lambda self: self)
    with pytest.raises(NaNLossError, match=r"epoch \d, batch \d") as error:
        train(config)
    named = (
        str(error.value)
        .partition("Videos of the batch: ")[2]
        .partition(". ")[0]
        .split(", ")
    )
    assert len(set(named)) == 18
    assert bad in named


@pytest.mark.large
def test_the_last_epoch_is_kept_where_the_rule_says_so(tiny_settings, tmp_path):
    settings = {**tiny_settings, "checkpoint_rule": "last", "validation_fraction": 0.0}
    run = train(ExperimentConfig(**settings, runs=str(tmp_path), name="last"))
    assert "test_maa" not in read_log(run)[0]
    assert run.load_training()["calibration"]["videos"] == 0
    assert run.load_training()["checkpoint"]["epoch"] == len(read_log(run))


@pytest.mark.large
def test_the_release_preset_trains_as_the_authors_code(
    tiny_settings, tmp_path, monkeypatch
):
    """It takes fixed slices, looks at the test set after each step and keeps the last best.

    It does so as well where it is broken off within a pass over the slices.
    """
    settings = {**tiny_settings, "validation_fraction": 0.0}
    config = load_config(preset_path("release"), **settings, runs=str(tmp_path), name="r")
    orders, crops = [], []

    def spy_on_batches(*args, **schedule):
        orders.append((schedule["order"], schedule["seed"], schedule["first_step"]))
        return training_batches(*args, **schedule)

    def spy_on_scores(model, store, videos, of_each):
        crops.append(of_each)
        return score_videos(model, store, videos, of_each)

    monkeypatch.setattr("keras_wsad.baselines.fit_head.training_batches", spy_on_batches)
    monkeypatch.setattr("keras_wsad.baselines.judges.score_videos", spy_on_scores)
    run = train(config)
    assert orders == [("release", 7, 0)]
    assert crops == [1] * 8
    model = keras.saving.load_model(run.model)
    assert model.recurrent_activation == "hard_sigmoid"
    assert model.attention_initializer == "release"
    log = read_log(run)
    assert [int(row["step"]) for row in log] == list(range(1, 9))
    accuracies = [float(row["test_maa"]) for row in log]
    best = [index for index, value in enumerate(accuracies) if value == max(accuracies)]
    training = run.load_training()
    assert training["checkpoint"]["step"] == best[-1] + 1
    # Test videos have no part in the calibration, whatever the rule.
    assert training["calibration"]["videos"] == 0

    broken = dataclasses.replace(config, name="broken")
    train_until(2, broken)
    assert_same_runs(train(broken, resume=tmp_path / "broken"), run)
    assert orders[-1] == ("release", 7, 3)


@pytest.mark.large
def test_each_metric_has_its_own_checkpoint_and_patience_ends_the_run(
    tiny_settings, tmp_path, monkeypatch
):
    """One training, two checkpoints: scores of the best AUC, classes of the best mAA."""
    values = {"auc": [0.5, 0.8, 0.6, 0.7, 0.8], "maa": [0.1, 0.1, 0.3, 0.2, 0.3]}
    weights = {}

    def judge(model):
        # An epoch has 4 steps.
        epoch = int(model.optimizer.iterations) // 4
        weights[epoch] = model.get_weights()
        return {name: of_epoch[epoch - 1] for name, of_epoch in values.items()}

    monkeypatch.setattr(
        "keras_wsad.baselines.fit_head.validation_judges", lambda *_: {"val": judge}
    )
    settings = {**tiny_settings, "steps": 400, "learning_rate": 0.01, "patience": 8}
    settings |= {"checkpoint_metric": "each", "runs": str(tmp_path)}
    config = ExperimentConfig(**settings, name="run")
    run = train(config)
    training = run.load_training()
    kept = training["checkpoint"]
    assert (kept["epoch"], kept["classification"]["epoch"]) == (2, 3)
    # No metric has risen in 8 steps, equals are no rise; 400 are the cap.
    assert training["steps"] == len(read_log(run)) * 4 == 20

    metrics = evaluate(run.folder, replicates=1)
    assert metrics["about"]["steps"] == 20
    _, scores = load_scores(run.scores)
    data = open_experiment_data(run.load_config())
    model = keras.saving.load_model(run.model, compile=False)
    outputs = {}
    for epoch in (2, 3):
        model.set_weights(weights[epoch])
        outputs[epoch] = score_videos(model, data.store, data.test)
        calibration = Calibration(**training["calibration"])
        of_segments = outputs[epoch]["segment_scores"]
        outputs[epoch]["segment_scores"] = calibration(of_segments)
    for name, epoch in (
        ("segment_scores", 2),
        ("first_level_attention", 2),
        ("class_probabilities", 3),
        ("second_level_attention", 3),
    ):
        assert np.abs(outputs[2][name] - outputs[3][name]).max() > 1e-4
        np.testing.assert_allclose(scores[name], outputs[epoch][name], rtol=1e-5)

    run.classification.write_bytes(b"damaged")
    with pytest.raises(RunError, match=r"classification\.weights\.h5: not weights"):
        evaluate(run.folder)

    # Broken off before its end, and once more after its last epoch, saved after each.
    always = property(lambda self: 0.0, lambda self, value: None)
    monkeypatch.setattr(RunState, "_next_save", always, raising=False)
    broken = dataclasses.replace(config, name="broken")
    folder = tmp_path / "broken"
    train_until(3, broken)
    train_until(4, broken, resume=folder)
    assert_same_runs(train(broken, resume=folder), run)
    assert Run(folder).load_training()["checkpoint"] == kept


def test_the_saved_model_is_that_of_the_kept_epoch(tiny_run):
    """The saved model has the scores that the log states for the kept epoch."""
    kept = json.loads(tiny_run.training.read_text())["checkpoint"]
    assert kept["epoch"] < len(read_log(tiny_run)), (
        "the last epoch is the best: nothing is shown"
    )
    data = open_experiment_data(tiny_run.load_config())
    model = keras.saving.load_model(tiny_run.model, compile=False)
    scores = score_videos(model, data.store, data.validation)
    labels = [video.label for video in data.validation]
    is_anomalous = [video.is_anomalous for video in data.validation]
    predictions = scores["class_probabilities"].argmax(axis=1)
    assert video_level_auc(is_anomalous, scores["segment_scores"]) == pytest.approx(
        kept["val_auc"], abs=1e-6
    )
    assert mean_average_accuracy(labels, predictions, 14) == pytest.approx(kept["val_maa"])


@pytest.mark.large
@needs_bfloat16
def test_bfloat16_is_for_training_and_what_is_saved_computes_in_float32(
    tiny_settings, tmp_path, monkeypatch
):
    trained = []
    fit = keras.Model.fit
    monkeypatch.setattr(
        keras.Model, "fit", lambda self, *a, **k: [trained.append(self), fit(self, *a, **k)]
    )
    settings = {**tiny_settings, "precision": "mixed_bfloat16"}
    run = train(ExperimentConfig(**settings, runs=str(tmp_path), name="half"))
    assert keras.config.dtype_policy().name == "float32"
    assert trained[0].get_layer("lstm").compute_dtype == "bfloat16"
    model = keras.saving.load_model(run.model, compile=False)
    assert model.get_layer("lstm").compute_dtype == "float32"
    data = open_experiment_data(run.load_config())
    scores = score_videos(model, data.store, data.test)
    assert scores["segment_scores"].dtype == np.float32
    assert np.isfinite(scores["segment_scores"]).all()
