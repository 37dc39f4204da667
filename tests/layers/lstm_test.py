import keras
import numpy as np
import pytest
from keras import ops

from keras_wsad.layers import LSTM
from keras_wsad.layers import keras1_hard_sigmoid
from keras_wsad.layers import lstm
from tests.check_layer import check_layer

# On a GPU Keras would compare cuDNN's kernel, which rounds to fewer digits.
SETTINGS = {"units": 5, "return_sequences": True, "use_cudnn": False}
PAIR = (keras.layers.LSTM, LSTM)


@pytest.fixture(autouse=True)
def no_gpu(monkeypatch):
    """With a GPU the layer of Keras takes over."""
    monkeypatch.setattr(lstm, "has_gpu", lambda: False)


def test_basics(random):
    inputs = random.random((3, 7, 4), "float32")
    check_layer(LSTM, SETTINGS, inputs, (3, 7, 5))


def make_pair(random, **settings):
    """Returns the layer of Keras and this one with the same weights, none of them small."""
    pair = [kind(**SETTINGS | settings) for kind in PAIR]
    for layer in pair:
        layer.build((None, None, 4))
    weights = [random.normal(size=weight.shape) for weight in pair[0].get_weights()]
    for layer in pair:
        layer.set_weights(weights)
    return pair


def gradients(layer, inputs, wanted, **call):
    """Returns the output, and the gradients of its products with `wanted`.

    Taken by a step of gradient descent, which every backend knows: what the weights lose
    in a step of rate 1. The input passes through a layer of its own, whose gradient is that
    of the input.
    """
    shift = keras.layers.Embedding(1, int(np.prod(inputs.shape[1:])))
    place, kept = keras.Input((1,)), keras.Input(inputs.shape[1:])
    moved = kept + keras.layers.Reshape(inputs.shape[1:])(shift(place))
    model = keras.Model([place, kept], layer(moved, **call))
    shift.set_weights([np.zeros((1, inputs[0].size), "float32")])
    model.compile(keras.optimizers.SGD(1.0), lambda y, x: ops.sum(x * y), jit_compile=False)
    batch = [np.zeros((len(inputs), 1), "int32"), inputs]
    output = model.predict_on_batch(batch)
    before = [np.array(weight) for weight in model.get_weights()]
    model.train_on_batch(batch, wanted)
    after = model.get_weights()
    return output, [old - new for old, new in zip(before, after, strict=True)]


@pytest.mark.large
@pytest.mark.parametrize(
    ("gate", "use_bias", "return_sequences"),
    [
        ("sigmoid", True, True),
        ("sigmoid", False, False),
        (keras1_hard_sigmoid, True, False),
        (keras1_hard_sigmoid, False, True),
    ],
)
def test_outputs_and_gradients_are_those_of_keras(random, gate, use_bias, return_sequences):
    settings = {
        "recurrent_activation": gate,
        "use_bias": use_bias,
        "return_sequences": return_sequences,
    }
    keras_layer, layer = make_pair(random, **settings)
    assert layer._is_plain(None, training=True)
    inputs = random.normal(size=(3, 7, 4)).astype("float32")
    wanted = random.normal(size=(3, 7, 5) if return_sequences else (3, 5))
    expected, expected_gradients = gradients(keras_layer, inputs, wanted.astype("float32"))
    output, found_gradients = gradients(layer, inputs, wanted.astype("float32"))
    np.testing.assert_allclose(output, expected, rtol=1e-5, atol=1e-6)
    # The input's, the kernel's, the recurrent kernel's, and the bias's.
    assert len(found_gradients) == 3 + use_bias
    for found, correct in zip(found_gradients, expected_gradients, strict=True):
        assert np.abs(correct).max() > 0.1
        np.testing.assert_allclose(found, correct, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("training", [False, True])
def test_keras_comes_to_the_fast_loop(random, monkeypatch, training):
    """Keras may rename the method, which no other test would notice."""
    layer = make_pair(random)[1]
    monkeypatch.setattr(keras.layers.LSTM, "inner_loop", None)
    layer(random.normal(size=(3, 7, 4)).astype("float32"), training=training)


def test_gradients_reach_a_given_first_state(random):
    """The states come from a layer before."""
    inputs = random.normal(size=(3, 7, 4)).astype("float32")
    wanted = random.normal(size=(3, 5)).astype("float32")
    found = []
    for layer in make_pair(random, return_sequences=False):
        sequences, start = keras.Input((7, 4)), keras.Input((4,))
        states = [
            keras.layers.Dense(
                5, kernel_initializer=keras.initializers.GlorotUniform(seed)
            )(start)
            for seed in (0, 1)
        ]
        model = keras.Model([sequences, start], layer(sequences, initial_state=states))
        model.compile(
            keras.optimizers.SGD(1.0), lambda y, x: ops.sum(x * y), jit_compile=False
        )
        before = model.get_weights()
        model.train_on_batch([inputs, inputs[:, 0]], wanted)
        found.append([a - b for a, b in zip(before, model.get_weights(), strict=True)])
    for one, other in zip(*found, strict=True):
        assert np.abs(one).max() > 1e-3
        np.testing.assert_allclose(other, one, rtol=1e-4, atol=1e-5)


def test_a_kernel_of_the_gpu_is_left_to_keras(monkeypatch):
    monkeypatch.setattr(lstm, "has_gpu", lambda: True)
    assert LSTM(2)._has_kernel()
    for settings in (
        {"use_bias": False},
        {"use_cudnn": False},
        {"recurrent_activation": keras1_hard_sigmoid},
    ):
        assert not LSTM(2, **settings)._has_kernel()


@pytest.mark.parametrize(
    "settings",
    [
        {"go_backwards": True},
        {"return_sequences": False, "unroll": True},
    ],
    ids=str,
)
def test_what_the_fast_loop_does_not_know_is_left_to_keras(random, settings):
    keras_layer, layer = make_pair(random, **settings)
    assert not layer._is_plain(None, training=True)
    inputs = random.normal(size=(3, 7, 4)).astype("float32")
    np.testing.assert_array_equal(
        ops.convert_to_numpy(layer(inputs)), ops.convert_to_numpy(keras_layer(inputs))
    )


def test_masked_segments_are_passed_over_as_in_keras(random):
    keras_layer, layer = make_pair(random)
    inputs = random.normal(size=(3, 7, 4)).astype("float32")
    mask = random.random((3, 7)) < 0.6
    np.testing.assert_array_equal(
        ops.convert_to_numpy(layer(inputs, mask=mask)),
        ops.convert_to_numpy(keras_layer(inputs, mask=mask)),
    )


def test_states_are_returned_as_in_keras(random):
    keras_layer, layer = make_pair(random, return_state=True)
    inputs = random.normal(size=(3, 7, 4)).astype("float32")
    for found, expected in zip(layer(inputs), keras_layer(inputs), strict=True):
        np.testing.assert_array_equal(
            ops.convert_to_numpy(found), ops.convert_to_numpy(expected)
        )


def test_dropout_of_inputs_is_that_of_keras(random):
    layer = make_pair(random, dropout=0.5)[1]
    assert layer._is_plain(None, training=False)
    assert not layer._is_plain(None, training=True)


def test_half_precision_is_as_near_as_that_of_keras(random):
    """Products in float16; states and gates in float32 do not add to the error."""
    inputs = random.normal(size=(3, 7, 4)).astype("float32")
    exact = make_pair(random)[0]
    expected = ops.convert_to_numpy(exact(inputs))
    errors = []
    for layer_class in PAIR:
        layer = layer_class(**SETTINGS, dtype="mixed_float16")
        layer.build(inputs.shape)
        layer.set_weights(exact.get_weights())
        found = ops.convert_to_numpy(ops.cast(layer(inputs), "float32"))
        errors.append(np.abs(found - expected).mean())
    assert 0 < errors[1] < errors[0]


@pytest.mark.large
def test_gradients_in_half_precision_are_nearer_than_those_of_keras(random):
    errors = []
    for _ in range(3):
        inputs = random.normal(size=(3, 7, 4)).astype("float32")
        wanted = random.normal(size=(3, 7, 5)).astype("float32")
        layers = [make_pair(random)[0]]
        # Gates in the middle of their range, where gradients are large.
        weights = [weight / 2 for weight in layers[0].get_weights()]
        layers += [kind(**SETTINGS, dtype="mixed_float16") for kind in PAIR]
        for layer in layers:
            layer.build(inputs.shape)
            layer.set_weights(weights)
        assert layers[-1]._is_plain(None, training=True)
        exact, *others = (gradients(layer, inputs, wanted)[1] for layer in layers)
        errors.append(
            [
                [
                    np.linalg.norm(a - b) / np.linalg.norm(b)
                    for a, b in zip(other, exact, strict=True)
                ]
                for other in others
            ]
        )
    # Of the input, the kernel, the recurrent kernel and the bias.
    of_keras, found = np.mean(errors, axis=0)
    assert found.shape == (4,) and found.min() > 0
    assert found.mean() < 0.8 * of_keras.mean()


def test_any_number_of_videos_and_segments_in_one_model(random):
    inputs = keras.Input((None, 4))
    model = keras.Model(inputs, LSTM(**SETTINGS)(inputs))
    for shape in ((1, 7, 4), (2, 1, 4)):
        assert model.predict_on_batch(np.ones(shape, "float32")).shape == (*shape[:2], 5)
