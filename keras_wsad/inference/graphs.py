"""The runtimes that exported models are opened in, as functions of numpy arrays."""

import numpy as np

from keras_wsad.errors import MissingExtraError
from keras_wsad.errors import RunError
from keras_wsad.extras import import_extra

#: The formats, and what the file of a graph is called after its name.
ENDINGS = {
    "savedmodel": "/1",
    "onnx": ".onnx",
    "openvino": ".xml",
    "litert": ".tflite",
}


def open_graph(path, kind):
    """Opens the file of a graph in the runtime of its format.

    Args:
        path: path. The file, or the folder of a SavedModel.
        kind: str. A key of `ENDINGS`.

    Returns:
        A function from a dict of arrays to a dict of float32 arrays, both by name.

    Raises:
        MissingExtraError: the runtime is not installed.
        RunError: the runtime cannot read the file.
    """
    opener = {
        "savedmodel": _open_savedmodel,
        "onnx": _open_onnx,
        "openvino": _open_openvino,
        "litert": _open_litert,
    }[kind]
    try:
        return opener(str(path))
    except MissingExtraError:
        raise
    except Exception as error:
        # A damaged file makes each runtime raise errors of its own.
        raise RunError(f"{path}: cannot be opened ({error}).") from error


def _open_savedmodel(path):
    import tensorflow as tf

    loaded = tf.saved_model.load(path)
    name = "serve_both" if "serve_both" in loaded.signatures else "serving_default"

    def run(inputs):
        tensors = {key: tf.constant(array) for key, array in inputs.items()}
        # Keeps `loaded` alive, which owns the function.
        outputs = loaded.signatures[name](**tensors)
        return {key: output.numpy() for key, output in outputs.items()}

    return run


def _open_onnx(path):
    onnxruntime = import_extra("onnxruntime", "onnx")
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    names = [output.name for output in session.get_outputs()]
    return lambda inputs: dict(zip(names, session.run(names, inputs), strict=True))


def _open_openvino(path):
    openvino = import_extra("openvino", "openvino")
    # By default OpenVINO computes in bfloat16 where the processor has units for it.
    hints = {"INFERENCE_PRECISION_HINT": "f32", "PERFORMANCE_HINT": "LATENCY"}
    compiled = openvino.Core().compile_model(path, "CPU", hints)

    def run(inputs):
        outputs = compiled(inputs)
        # A copy: the next call writes into the same memory.
        return {out.get_any_name(): np.array(outputs[out]) for out in compiled.outputs}

    return run


def _open_litert(path):
    litert = import_extra("ai_edge_litert.interpreter", "litert")
    interpreter = litert.Interpreter(path)

    def run(inputs):
        # Keeps `interpreter` alive, which owns the weights.
        return interpreter.get_signature_runner()(**inputs)

    return run
