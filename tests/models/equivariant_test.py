import itertools

import keras
import numpy as np
import pytest
from keras import ops

from keras_wsad.losses import BagCrossentropy
from keras_wsad.losses import MILRankingLoss
from keras_wsad.models import EquivariantModel
from keras_wsad.models import compile_equivariant_model

SMALL = {
    "feature_dim": 7,
    "num_classes": 3,
    "detection_units": 6,
    "second_level_units": 5,
    "class_units": 4,
}


def outputs_of(model, features):
    outputs = model({"features": features, "normalized_features": features})
    return {name: ops.convert_to_numpy(tensor) for name, tensor in outputs.items()}


@pytest.mark.parametrize("flags", list(itertools.product([False, True], repeat=2)))
def test_outputs_of_every_ablation(random, flags):
    context, second_level = flags
    model = EquivariantModel(5, **SMALL, context=context, second_level=second_level)
    outputs = outputs_of(model, random.random((2, 5, 7), "float32"))
    expected = {"segment_scores": (2, 5), "class_probabilities": (2, 3)}
    if second_level:
        expected["second_level_attention"] = (2, 5)
    assert {name: values.shape for name, values in outputs.items()} == expected
    assert ("context" in {layer.name for layer in model.layers}) == context


def test_an_event_that_comes_later_moves_scores_and_attention_along(random):
    model = EquivariantModel(48, **SMALL)
    # What surrounds the event is the same everywhere; the ends do not see it.
    still, event = random.normal(size=(1, 7)), random.normal(size=(4, 7))
    videos = np.tile(still, (2, 48, 1)).astype("float32")
    for video, start in enumerate((16, 24)):
        videos[video, start : start + 4] = event
    outputs = outputs_of(model, videos)
    for name in ("segment_scores", "second_level_attention"):
        early, late = outputs[name]
        np.testing.assert_allclose(late[16:40], early[8:32], rtol=1e-4, err_msg=name)
        assert np.ptp(early[8:32]) > 1e-4
    early, late = outputs["class_probabilities"]
    np.testing.assert_allclose(late, early, rtol=1e-4)


def test_videos_of_a_batch_do_not_touch_each_other(random):
    model = EquivariantModel(9, **SMALL)
    videos, order = random.random((6, 9, 7), "float32"), random.permutation(6)
    outputs, again = outputs_of(model, videos), outputs_of(model, videos[order])
    for name, values in outputs.items():
        np.testing.assert_allclose(again[name], values[order], rtol=1e-5, err_msg=name)


def test_weights_serve_any_number_of_segments(random):
    model, longer = (EquivariantModel(segments, **SMALL) for segments in (9, 20))
    longer.set_weights(model.get_weights())
    assert outputs_of(longer, np.ones((1, 20, 7), "float32"))["segment_scores"].shape == (
        1,
        20,
    )


def test_normalised_features_are_not_read(random):
    model = EquivariantModel(9, **SMALL)
    features = random.random((2, 9, 7), "float32")
    first, second = (
        model({"features": features, "normalized_features": other})["segment_scores"]
        for other in (features, 0 * features)
    )
    np.testing.assert_array_equal(ops.convert_to_numpy(first), ops.convert_to_numpy(second))


def test_the_video_is_a_third_of_its_mean_and_what_the_attention_sees(random):
    model = EquivariantModel(6, **SMALL)
    features = random.normal(size=(1, 6, 7)).astype("float32")
    beta = outputs_of(model, features)["second_level_attention"][0]
    kernel, bias = model.get_layer("class_latent").get_weights()
    u = np.maximum(features[0] @ kernel + bias, 0)
    kernel, bias = model.get_layer("class_probabilities").get_weights()
    logits = (0.3 * u.mean(axis=0) + beta @ u) @ kernel + bias
    expected = np.exp(logits) / np.exp(logits).sum()
    actual = outputs_of(model, features)["class_probabilities"][0]
    np.testing.assert_allclose(actual, expected, rtol=1e-4)


def events_and_distractors(random, videos=240, segments=12, features=24):
    """Noise with an event of three segments, and elsewhere a distractor of another class.

    All events share a direction, which distractors do not have.
    """
    labels = np.repeat([0, 1, 2], videos // 3)
    x = random.normal(size=(videos, segments, features))
    start = random.integers(segments - 2, size=videos)
    for video, label in enumerate(labels):
        inside = (np.arange(segments) - start[video]) % segments < 3
        other = random.choice([c for c in range(2) if c != label])
        outside = random.choice(np.flatnonzero(~inside), 3, replace=False)
        x[video, outside, other] += 4
        if label < 2:
            x[video, inside, label] += 4
            x[video, inside, 2] += 4
    order = random.permutation(videos)
    return x[order].astype("float32"), labels[order]


@pytest.mark.large
def test_a_distractor_outside_the_event_leaves_the_class(random):
    x, labels = events_and_distractors(random)
    model = EquivariantModel(12, 24, 3, dropout=0.1)
    compile_equivariant_model(model, [80, 80, 80], learning_rate=5e-3)
    inputs = {"features": x, "normalized_features": x}
    targets = {"class_probabilities": labels, "segment_scores": labels < 2}
    model.fit(inputs, targets, batch_size=60, epochs=60, verbose=0)
    unseen, labels = events_and_distractors(random)
    probabilities = outputs_of(model, unseen)["class_probabilities"]
    anomalous = labels < 2
    right = probabilities.argmax(axis=1)[anomalous] == labels[anomalous]
    # The mean over the segments holds as much of the distractor as of the event.
    assert right.mean() > 0.9


def test_it_is_kept(random, tmp_path):
    model = EquivariantModel(9, **SMALL)
    features = random.random((2, 9, 7), "float32")
    model.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras", compile=False)
    again = outputs_of(loaded, features)
    for name, values in outputs_of(model, features).items():
        np.testing.assert_allclose(again[name], values, rtol=1e-5, err_msg=name)


def test_scores_and_probabilities_are_float32_under_mixed_precision(random):
    model = EquivariantModel(9, **SMALL, dtype="mixed_float16")
    outputs = outputs_of(model, random.random((2, 9, 7), "float32"))
    assert outputs["segment_scores"].dtype == np.float32
    assert outputs["class_probabilities"].dtype == np.float32


def test_every_default_of_its_objective_can_be_set_back_to_the_papers():
    model = EquivariantModel(9, **SMALL)
    compile_equivariant_model(model, [2, 3, 5])
    losses = model._compile_loss._user_loss
    assert isinstance(losses["segment_scores"], BagCrossentropy)
    weights = losses["class_probabilities"].class_weights
    np.testing.assert_allclose(np.multiply(weights, [2, 3, 5]), 10 / 3, rtol=1e-6)
    assert model.optimizer.use_ema
    compile_equivariant_model(
        model,
        [2, 3, 5],
        detection_loss="ranking",
        class_weights="paper",
        smoothness=0.5,
        averaging=0.0,
    )
    losses = model._compile_loss._user_loss
    assert isinstance(losses["segment_scores"], MILRankingLoss)
    assert losses["segment_scores"].smoothness == 0.5
    weights = losses["class_probabilities"].class_weights
    np.testing.assert_allclose(weights, [0.8, 0.7, 0.5], rtol=1e-6)
    assert not model.optimizer.use_ema


@pytest.mark.large
def test_it_learns_in_a_step(random):
    model = EquivariantModel(9, **SMALL)
    compile_equivariant_model(model, [2, 2, 2])
    features = random.random((6, 9, 7), "float32")
    labels = np.array([0, 0, 1, 1, 2, 2])
    before = model.get_weights()
    model.fit(
        {"features": features, "normalized_features": features},
        {"class_probabilities": labels, "segment_scores": labels < 2},
        verbose=0,
    )
    # Not the shift of the attention's scores, which a softmax does not see.
    for weight, then, now in zip(model.weights, before, model.get_weights(), strict=True):
        if weight.trainable and "score/bias" not in weight.path.partition("second")[2]:
            assert (then != now).any(), weight.path
