import itertools
import subprocess
import sys

import keras
import numpy as np
import pytest
from keras import ops

from keras_wsad.layers import keras1_hard_sigmoid
from keras_wsad.losses import MILRankingLoss
from keras_wsad.losses import WeightedCategoricalCrossentropy
from keras_wsad.models import JointModel

SMALL = {
    "num_segments": 5,
    "feature_dim": 7,
    "num_classes": 3,
    "lstm_units": 4,
    "first_level_units": 6,
    "detection_units": 5,
    "second_level_units": 3,
    "class_units": 8,
}


def make_inputs(random, batch=6):
    features = random.random((batch, 5, 7), "float32")
    normalized = features / np.linalg.norm(features, axis=-1, keepdims=True)
    return {"features": features, "normalized_features": normalized}


def test_the_published_size():
    model = JointModel()
    trainable = sum(int(np.prod(weight.shape)) for weight in model.trainable_weights)
    assert trainable == 43_846_951


@pytest.mark.parametrize("flags", list(itertools.product([False, True], repeat=3)))
def test_outputs_of_every_ablation(random, flags):
    lstm, second_level, first_level = flags
    model = JointModel(
        **SMALL, lstm=lstm, second_level=second_level, first_level=first_level
    )
    outputs = model(make_inputs(random))
    expected = {"segment_scores": (6, 5), "class_probabilities": (6, 3)}
    if first_level:
        expected["first_level_attention"] = (6, 5)
    if second_level:
        expected["second_level_attention"] = (6, 5)
    assert {name: tuple(tensor.shape) for name, tensor in outputs.items()} == expected
    layers = {layer.name for layer in model.layers}
    assert ("lstm" in layers, "second_level_attention" in layers) == (lstm, second_level)
    assert ("first_level_attention" in layers) == first_level


def test_the_sizes_of_its_layers_are_arguments_with_the_published_values():
    names = ("first_level_units", "detection_units", "second_level_units", "class_units")
    published = JointModel(num_segments=4, feature_dim=7, lstm_units=2).get_config()
    assert [published[name] for name in names] == [1024, 96, 24, 256]
    model = JointModel.from_config(JointModel(**SMALL).get_config())
    assert model.get_layer("first_level_attention").latent.units == 6
    assert model.get_layer("detection_latent").units == 5
    assert model.get_layer("second_level_attention").latent.units == 3
    assert model.get_layer("class_latent").units == 8


@pytest.mark.parametrize(("segments", "features"), [(2, 3), (16, 20), (64, 2)])
def test_any_number_of_segments_and_features(random, segments, features):
    model = JointModel(num_segments=segments, feature_dim=features, lstm_units=3)
    inputs = random.random((2, segments, features), "float32")
    outputs = model({"features": inputs, "normalized_features": inputs})
    assert tuple(outputs["segment_scores"].shape) == (2, segments)


def test_the_forward_pass_equals_the_equations(random):
    """Recomputes every stage in numpy from the model's own weights."""
    model = JointModel(**SMALL)
    for weight in model.trainable_weights:
        weight.assign(random.normal(size=weight.shape) * 0.5)
    inputs = make_inputs(random)
    actual = {name: ops.convert_to_numpy(x) for name, x in model(inputs).items()}

    def dense(layer, x):
        kernel, bias = layer.get_weights()
        return x @ kernel + bias

    def sigmoid(x):
        return 1 / (1 + np.exp(-x))

    def softmax(x):
        return np.exp(x) / np.exp(x).sum(axis=-1, keepdims=True)

    features = inputs["features"].astype("float64")
    kernel, recurrent, bias = model.get_layer("lstm").get_weights()
    h = c = np.zeros((6, 4))
    steps = []
    for t in range(5):
        i, f, g, o = np.split(features[:, t] @ kernel + h @ recurrent + bias, 4, axis=1)
        c = sigmoid(f) * c + sigmoid(i) * np.tanh(g)
        h = sigmoid(o) * np.tanh(c)
        steps.append(h)
    x = np.concatenate([np.stack(steps, axis=1), features], axis=-1)

    first = model.get_layer("first_level_attention")
    latent = np.maximum(dense(first.latent, inputs["normalized_features"]), 0)
    alpha = softmax(dense(first.score, latent.mean(axis=1)))
    x = x + alpha[..., None] * x

    latent = dense(model.get_layer("detection_latent"), x)
    scores = sigmoid(dense(model.get_layer("detection_score"), latent))[..., 0]
    second = model.get_layer("second_level_attention")
    side_by_side = np.maximum(dense(second.latent, latent), 0).reshape(6, -1)
    beta = sigmoid(dense(second.score, side_by_side))
    x = x + beta[..., None] * x

    video = np.maximum(dense(model.get_layer("class_latent"), x.mean(axis=1)), 0)
    probabilities = softmax(dense(model.get_layer("class_probabilities"), video))
    expected = {
        "first_level_attention": alpha,
        "segment_scores": scores,
        "second_level_attention": beta,
        "class_probabilities": probabilities,
    }
    assert set(actual) == set(expected)
    for name, value in expected.items():
        np.testing.assert_allclose(actual[name], value, rtol=2e-4, atol=1e-6, err_msg=name)


def test_only_kernels_of_the_two_branches_are_penalised():
    model = JointModel(**SMALL, kernel_l2=1.0)
    names = ("detection_latent", "detection_score", "class_latent", "class_probabilities")
    expected = sum((model.get_layer(name).get_weights()[0] ** 2).sum() for name in names)
    total = float(sum(ops.convert_to_numpy(loss) for loss in model.losses))
    assert total == pytest.approx(float(expected), rel=1e-5)


def test_kernels_of_the_branches_start_from_glorot_normal():
    keras.utils.set_random_seed(0)
    model = JointModel(num_segments=4, feature_dim=512, lstm_units=256)
    for name, fans in (("detection_latent", (768, 96)), ("class_latent", (768, 256))):
        kernel = model.get_layer(name).get_weights()[0]
        assert kernel.shape == fans
        # Truncated at two deviations, 2.27 of what is left of one. (On PyTorch a weight in
        # a million escapes; of a normal distribution one in fifty would.)
        assert np.mean(np.abs(kernel) > 2.3 * kernel.std()) < 1e-4


@pytest.mark.parametrize(
    ("initializer", "normal"),
    [("glorot_uniform", []), ("release", ["first latent", "first score", "second latent"])],
)
def test_the_kernels_of_the_attentions_start_as_asked(initializer, normal):
    """Those of the authors' code are glorot_normal, but for the second level's score."""
    size = {**SMALL, "num_segments": 64, "feature_dim": 128, "first_level_units": 128}
    size |= {"detection_units": 128, "second_level_units": 128}
    model = JointModel(**size, attention_initializer=initializer)
    found = []
    for level in ("first", "second"):
        layer = model.get_layer(f"{level}_level_attention")
        for name in ("latent", "score"):
            kernel = getattr(layer, name).get_weights()[0]
            # The greatest weight is 1.7 deviations of a uniform distribution, and 2.3 of a
            # normal one that is truncated at two of its own.
            if np.abs(kernel).max() > 2 * kernel.std():
                found.append(f"{level} {name}")
    assert found == normal
    again = JointModel.from_config(model.get_config())
    assert again.attention_initializer == initializer


def test_an_unknown_initializer_raises():
    with pytest.raises(ValueError, match="attention_initializer in"):
        JointModel(**SMALL, attention_initializer="zeros")


def test_each_dropout_reaches_its_branch(random):
    """A single pass in training changes what lies behind a dropout and nothing else."""
    inputs = make_inputs(random)
    still = {
        name: ops.convert_to_numpy(x) for name, x in JointModel(**SMALL)(inputs).items()
    }
    assert set(still) >= {"segment_scores", "class_probabilities"}
    model = JointModel(**SMALL)
    for changed, names in (
        ("detection_dropout", {"segment_scores", "second_level_attention"}),
        ("detection_latent_dropout", {"segment_scores", "second_level_attention"}),
        ("class_dropout", {"class_probabilities"}),
    ):
        for layer in model.layers:
            if isinstance(layer, keras.layers.Dropout):
                layer.rate = 0.6 if layer.name == changed else 0.0
        calm = model(inputs, training=False)
        noisy = model(inputs, training=True)
        differ = {
            name
            for name in calm
            if not np.allclose(
                ops.convert_to_numpy(calm[name]), ops.convert_to_numpy(noisy[name])
            )
        }
        # What names the class looks through the second level.
        assert differ - {"class_probabilities"} == names - {"class_probabilities"}, changed
        assert "class_probabilities" in differ or changed != "class_dropout"


def test_gates_are_an_option():
    activation = JointModel(**SMALL).get_layer("lstm").recurrent_activation
    assert activation is keras.activations.sigmoid
    model = JointModel(**SMALL, recurrent_activation="hard_sigmoid")
    assert model.get_layer("lstm").recurrent_activation is keras1_hard_sigmoid
    with pytest.raises(ValueError, match="relu"):
        JointModel(**SMALL, recurrent_activation="relu")


def test_scores_are_float32_under_mixed_precision(random):
    keras.config.set_dtype_policy("mixed_float16")
    try:
        outputs = JointModel(**SMALL)(make_inputs(random))
    finally:
        keras.config.set_dtype_policy("float32")
    for name in ("segment_scores", "class_probabilities"):
        assert keras.backend.standardize_dtype(outputs[name].dtype) == "float32"


def fit(model, inputs):
    targets = {
        "segment_scores": np.array([1, 1, 1, 0, 0, 0], "float32"),
        "class_probabilities": np.array([0, 1, 1, 2, 2, 2]),
    }
    losses = {
        "segment_scores": MILRankingLoss(),
        "class_probabilities": WeightedCategoricalCrossentropy([1, 2, 3]),
    }
    losses |= dict.fromkeys(("first_level_attention", "second_level_attention"))
    model.compile("adam", loss=losses, jit_compile=False, run_eagerly=True)
    targets |= dict.fromkeys(losses.keys() - targets.keys(), np.zeros(6, "float32"))
    model.fit(inputs, targets, epochs=2, verbose=0)


@pytest.mark.large
def test_a_saved_model_opens_after_its_model_is_imported(random, tmp_path):
    inputs, expected = make_inputs(random), {}
    np.savez(tmp_path / "inputs.npz", **inputs)
    for gates in ("sigmoid", "hard_sigmoid"):
        model = JointModel(**SMALL, recurrent_activation=gates)
        fit(model, inputs)
        model.save(tmp_path / f"{gates}.keras")
        expected[gates] = model.predict_on_batch(inputs)
    program = """
import sys
import keras
import keras_wsad.models
import numpy as np

folder = sys.argv[1]
for gates in ("sigmoid", "hard_sigmoid"):
    model = keras.saving.load_model(f"{folder}/{gates}.keras", safe_mode=True)
    outputs = model.predict_on_batch(dict(np.load(folder + "/inputs.npz")))
    np.savez(f"{folder}/{gates}.npz", **outputs)
"""
    subprocess.run([sys.executable, "-c", program, str(tmp_path)], check=True)
    for gates, of_model in expected.items():
        with np.load(tmp_path / f"{gates}.npz") as outputs:
            assert set(outputs) == set(of_model)
            for name, value in of_model.items():
                # On a GPU another process may sum in another order.
                np.testing.assert_allclose(outputs[name], value, rtol=1e-6, err_msg=name)
