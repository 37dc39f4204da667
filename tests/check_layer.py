import os
import tempfile

import keras
import numpy as np
from keras import ops


def check_layer(layer_class, settings, inputs, output_shape):
    """Checks what every layer must do, whatever it computes.

    Its configuration makes the same layer again; its output has the promised shape, also
    without running; it works in half precision; it learns in a step; saved and loaded in a
    model it gives the same output.
    """
    layer = layer_class(**settings)
    again = layer_class.from_config(layer.get_config())
    assert again.get_config() == layer.get_config()

    output = layer(inputs)
    assert tuple(output.shape) == output_shape
    shapes = [x.shape for x in inputs] if isinstance(inputs, list) else inputs.shape
    assert tuple(layer.compute_output_shape(shapes)) == output_shape

    half = layer_class(**settings, dtype="mixed_float16")(inputs)
    assert keras.backend.standardize_dtype(half.dtype) == "float16"
    np.testing.assert_allclose(
        ops.convert_to_numpy(half).shape, ops.convert_to_numpy(output).shape
    )

    many = isinstance(inputs, list)
    symbols = [keras.Input(x.shape[1:]) for x in (inputs if many else [inputs])]
    model = keras.Model(symbols, layer(symbols if many else symbols[0]))
    model.compile("sgd", "mse", jit_compile=False)
    before = [np.array(weight) for weight in model.get_weights()]
    target = np.ones(output_shape, "float32")
    model.fit(inputs, target, verbose=0)
    if model.trainable_weights:
        after = model.get_weights()
        assert any((a != b).any() for a, b in zip(before, after, strict=True))

    expected = model.predict(inputs, verbose=0)
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "model.keras")
        model.save(path)
        loaded = keras.saving.load_model(path)
    np.testing.assert_array_equal(loaded.predict(inputs, verbose=0), expected)
