"""Writes a function of TensorFlow in each of the formats."""

import logging
import pathlib
import tempfile

from keras_wsad.extras import import_extra

_OPSET = 15

# What each format needs to be written and read: module and extra.
_NEEDS = {
    "savedmodel": (),
    "onnx": ("onnxruntime", "onnx", "tf2onnx"),
    "openvino": ("openvino", "onnx", "tf2onnx"),
    "litert": ("ai_edge_litert.interpreter",),
}


def check_installed(kind):
    """Raises a `MissingExtraError` unless what a format needs is installed.

    Args:
        kind: str. `"savedmodel"`, `"onnx"`, `"openvino"` or `"litert"`.
    """
    for module in _NEEDS[kind]:
        import_extra(module, kind)


def write_graph(function, owner, path, kind):
    """Writes a function as a file that its runtime opens.

    Args:
        function: `tf.function` with an input signature of named tensors, which returns a
            dict. Their names are those of the file's inputs and outputs.
        owner: `keras.Model` that has the weights.
        path: path. The file to write; for a SavedModel the folder.
        kind: str. The format, see `check_installed`.
    """
    if kind == "onnx":
        _write_onnx(function, path)
    elif kind == "openvino":
        openvino = import_extra("openvino", "openvino")
        # Directly from TensorFlow it does not convert every loop.
        with tempfile.TemporaryDirectory() as folder:
            file = pathlib.Path(folder) / "graph.onnx"
            _write_onnx(function, file)
            converted = openvino.convert_model(str(file))
        openvino.save_model(converted, str(path), compress_to_fp16=False)
    elif kind == "litert":
        path.write_bytes(_as_litert(function))
    else:
        import tensorflow as tf

        module = tf.Module()
        module.owner, module.function = owner.variables, function
        tf.saved_model.save(module, str(path), signatures=function)


def _as_litert(function):
    import tensorflow as tf
    from tensorflow.python.framework.convert_to_constants import (
        convert_variables_to_constants_v2,
    )

    # With its variables, the converter leaves some that the runtime finds empty.
    traced = function.get_concrete_function()
    frozen = convert_variables_to_constants_v2(traced)
    # As flat outputs are ordered.
    names = sorted(traced.structured_outputs)

    @tf.function(input_signature=function.input_signature, autograph=False)
    def constant(*inputs):
        return dict(zip(names, tf.nest.flatten(frozen(*inputs)), strict=True))

    concrete, owner = constant.get_concrete_function(), tf.Module()
    return tf.lite.TFLiteConverter.from_concrete_functions([concrete], owner).convert()


def _write_onnx(function, path):
    convert = import_extra("tf2onnx", "onnx").convert
    logging.getLogger("tf2onnx").setLevel(logging.ERROR)
    convert.from_function(
        function,
        input_signature=function.input_signature,
        opset=_OPSET,
        output_path=str(path),
    )
