import keras
import numpy as np
import pytest

from keras_wsad import transposed_kernels
from keras_wsad.inference import compiled
from keras_wsad.inference import open_model as inference
from keras_wsad.models import JointModel
from keras_wsad.transposed_kernels import transpose_kernels
from keras_wsad.transposed_kernels import ways_by_transposed

pytestmark = pytest.mark.skipif(
    keras.backend.backend() != "tensorflow", reason="is for TensorFlow"
)


@pytest.fixture
def model(monkeypatch):
    # All kernels are large.
    monkeypatch.setattr(transposed_kernels, "_LARGE", 1)
    monkeypatch.setattr(transposed_kernels, "has_gpu", lambda: False)
    keras.utils.set_random_seed(0)
    return JointModel(4, 6, lstm_units=3)


def test_the_kernels_of_features_are_copied(model):
    copies = [tuple(copy.shape) for copy in transpose_kernels(model).values()]
    # Of the LSTM, the first level and the detection.
    assert (12, 6) in copies and (1024, 6) in copies and (96, 9) in copies
    for layer in model._flatten_layers():
        if isinstance(layer, keras.layers.Dense) and layer.units == 96:
            found = transpose_kernels(model)[id(layer.kernel)]
            np.testing.assert_array_equal(found, np.transpose(layer.kernel))


@pytest.mark.parametrize("videos", [1, 5])
def test_outputs_are_those_of_the_model(model, random, videos):
    inputs = {
        name: random.random((videos, 4, 6), "float32")
        for name in ("features", "normalized_features")
    }
    outputs, expected = compiled(model)(inputs), model.predict_on_batch(inputs)
    for name, array in outputs.items():
        assert np.ptp(array) > 0
        np.testing.assert_allclose(array, expected[name], rtol=1e-5, atol=1e-6)


def test_they_are_what_is_computed_with(model, random, monkeypatch):
    inputs = {name: random.random((1, 4, 6), "float32") for name in model.input}
    before = compiled(model)(inputs)

    def zeros(model):
        return {key: copy * 0 for key, copy in transpose_kernels(model).items()}

    monkeypatch.setattr(inference, "transpose_kernels", zeros)
    after = compiled(model)(inputs)
    for name in ("segment_scores", "class_probabilities"):
        assert np.abs(after[name] - before[name]).max() > 1e-3
    # Without a kernel all segments are alike.
    assert np.ptp(after["segment_scores"]) == 0


def test_large_products_take_turns(random):
    import tensorflow as tf

    copies = {number: tf.ones((3, 6)) for number in range(2)}

    @tf.function
    def call(inputs):
        return [way(inputs) for way in ways_by_transposed(copies).values()]

    graph = call.get_concrete_function(tf.TensorSpec((None, 4, 6))).graph
    waits = [
        (operation.type, source.type)
        for operation in graph.get_operations()
        for source in operation.control_inputs
    ]
    assert ("Identity", "Transpose") in waits
    assert [output.shape for output in call(tf.ones((2, 4, 6)))] == [(2, 4, 3)] * 2


def test_where_there_is_a_gpu_there_are_none(model, monkeypatch):
    monkeypatch.setattr(transposed_kernels, "has_gpu", lambda: True)
    assert not transpose_kernels(model)


def test_small_kernels_and_those_of_half_precision_stay(model, monkeypatch):
    half = JointModel(4, 6, lstm_units=3, dtype="mixed_bfloat16")
    assert half.get_layer("lstm").compute_dtype == "bfloat16"
    # The heads of it are in float32.
    copies = transpose_kernels(half).values()
    assert {tuple(copy.shape) for copy in copies} == {(1, 96), (14, 256)}
    monkeypatch.setattr(transposed_kernels, "_LARGE", 10_000_000)
    assert not transpose_kernels(model)
