import dataclasses

import keras
import numpy as np
import pytest

from keras_wsad.baselines.proposed import Proposed
from keras_wsad.config import ExperimentConfig
from keras_wsad.config import load_config
from keras_wsad.config import preset_path
from keras_wsad.data import open_experiment_data
from tests.baselines.check_system import check_system


@pytest.mark.large
def test_the_proposed_model_is_a_system_like_any_other(tiny_settings, tmp_path):
    metrics = check_system("joint", tiny_settings, tmp_path)
    assert metrics["classification"]["maa"] >= 0


def test_the_penalty_of_release_is_that_of_keras_2(random):
    """Keras 2 adds .01 times the sum of alpha^2 over all segments of all 60 videos."""
    config = load_config(preset_path("release"), num_segments=8, lstm_units=4)
    system = Proposed(config)
    model = system.build(16)
    system.compile(model, [1] * 14)
    features = random.random((60, 8, 16), "float32")
    inputs = {"features": features, "normalized_features": features}
    targets = {name: np.repeat([1.0, 0.0], 30) for name in model.output}
    targets["class_probabilities"] = np.arange(60) % 14
    model.run_eagerly = True
    losses = []
    for weight in (config.first_level_weight, 0.0):
        changed = dataclasses.replace(config, first_level_weight=weight)
        Proposed(changed).compile(model, [1] * 14)
        losses.append(model.test_on_batch(inputs, targets, return_dict=True)["loss"])
    alpha = model.predict_on_batch(inputs)["first_level_attention"]
    assert losses[0] - losses[1] == pytest.approx(0.01 * (alpha**2).sum(), rel=1e-3)


@pytest.mark.parametrize("flag", ["lstm", "second_level", "first_level"])
def test_ablated_models_learn(tiny_settings, random, flag):
    settings = {**tiny_settings, flag: False, "learning_rate": 0.01}
    system = Proposed(ExperimentConfig(**settings))
    model = system.build(16)
    system.compile(model, [1] * 14)
    model.run_eagerly = True
    features = random.random((6, 8, 16), "float32")
    inputs = {"features": features, "normalized_features": features}
    targets = {name: np.zeros(6, "float32") for name in model.output}
    targets["segment_scores"][:3] = 1
    targets["class_probabilities"] = np.array([0, 1, 2, 7, 7, 7])
    before = [variable.numpy() for variable in model.trainable_variables]
    losses = [model.train_on_batch(inputs, targets) for _ in range(2)]
    assert np.isfinite(losses).all()
    for variable, start in zip(model.trainable_variables, before, strict=True):
        assert np.abs(variable.numpy() - start).max() > 0, variable.path


def test_the_total_is_equation_6(tiny_settings):
    """Computes the total in numpy from the outputs, with weights of the setting's own."""
    weights = {"detection_weight": 0.7, "smoothness": 0.3, "sparsity": 0.2}
    weights |= {"first_level_weight": 0.05, "second_level_weight": 0.02}
    config = ExperimentConfig(**tiny_settings, **weights, first_level_target=0.5)
    data = open_experiment_data(config)
    system = Proposed(config)
    model = system.build(data.store.feature_dim)
    system.compile(model, data.class_counts)
    rows = data.rows(data.training)
    inputs = {
        "features": data.store.features[rows],
        "normalized_features": data.store.normalized_features[rows],
    }
    is_anomalous = np.array([video.is_anomalous for video in data.training])
    labels = np.array([video.label for video in data.training])
    ignored = np.zeros(len(rows), "float32")
    targets = {
        "segment_scores": is_anomalous.astype("float32"),
        "class_probabilities": labels,
        "first_level_attention": ignored,
        "second_level_attention": ignored,
    }
    model.run_eagerly = True
    total = float(model.test_on_batch(inputs, targets, return_dict=True)["loss"])

    outputs = model.predict_on_batch(inputs)
    scores, highest = outputs["segment_scores"], outputs["segment_scores"].max(axis=1)
    margins = 1 - highest[is_anomalous][:, None] + highest[~is_anomalous][None, :]
    detection = np.maximum(margins, 0).sum() / (~is_anomalous).sum()
    detection += 0.3 * (np.diff(scores[is_anomalous], axis=1) ** 2).sum()
    detection += 0.2 * scores[is_anomalous].sum()
    shares = np.array(data.class_counts) / 104
    right = outputs["class_probabilities"][np.arange(len(rows)), labels]
    classification = np.mean((1 - shares[labels]) * -np.log(right))
    alpha, beta = outputs["first_level_attention"], outputs["second_level_attention"]
    attention = 0.05 * np.mean(((0.5 - alpha) ** 2).sum(axis=1))
    attention += 0.02 * np.mean((beta**2).sum(axis=1))
    penalty = float(sum(model.losses))
    expected = 0.7 * detection + 0.3 * classification + attention + penalty
    assert total == pytest.approx(expected, rel=1e-4)


def test_the_optimizer_takes_the_rate_of_the_config(tiny_settings):
    system = Proposed(ExperimentConfig(**tiny_settings, learning_rate=0.003))
    model = system.build(16)
    system.compile(model, [1] * 14)
    assert float(model.optimizer.learning_rate) == pytest.approx(0.003)


def test_the_model_is_built_as_the_config_says(tiny_settings):
    config = ExperimentConfig(**tiny_settings, dropout=0.25, kernel_l2=0.5)
    model = Proposed(config).build(16)
    rates = [
        layer.rate for layer in model.layers if isinstance(layer, keras.layers.Dropout)
    ]
    assert rates == [0.25] * 3
    assert model.get_layer("class_latent").kernel_regularizer.l2 == 0.5
