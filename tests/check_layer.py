import os
import tempfile

import keras
import numpy as np
from keras import ops


def check_layer(layer_class, settings, inputs, output_shape):
    """Checks what every layer must do, whatever it computes.

    Its configuration makes the same layer again; its output has the promised shape, also
    without running; half precision gives the same but for rounding; it learns in a step;
    saved and loaded in a model it gives the same output.
    """
    layer = layer_class(**settings)
    again = layer_class.from_config(layer.get_config())
    assert again.get_config() == layer.get_config()

    output = layer(inputs)
    assert tuple(output.shape) == output_shape
    shapes = [x.shape for x in inputs] if isinstance(inputs, list) else inputs.shape
    assert tuple(layer.compute_output_shape(shapes)) == output_shape

    many = isinstance(inputs, list)
    half = layer_class(**settings, dtype="mixed_float16")
    half.build(shapes)
    half.set_weights(layer.get_weights())
    rounded = half(inputs)
    assert keras.backend.standardize_dtype(rounded.dtype) == "float16"
    np.testing.assert_allclose(
        ops.convert_to_numpy(rounded), ops.convert_to_numpy(output), rtol=0.02, atol=0.01
    )

    symbols = [keras.Input(x.shape[1:]) for x in (inputs if many else [inputs])]
    symbols = symbols if many else symbols[0]
    model = keras.Model(symbols, layer(symbols))
    model.compile("sgd", "mse", jit_compile=False)
    if model.trainable_weights:
        before = [np.array(weight) for weight in model.get_weights()]
        model.fit(inputs, np.ones(output_shape, "float32"), verbose=0)
        after = model.get_weights()
        assert any((a != b).any() for a, b in zip(before, after, strict=True))

    expected = ops.convert_to_numpy(model(inputs))
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "model.keras")
        model.save(path)
        loaded = keras.saving.load_model(path)
    np.testing.assert_array_equal(ops.convert_to_numpy(loaded(inputs)), expected)
