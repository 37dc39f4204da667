"""Inference of the joint model on features in memory.

Every contender takes the same numpy arrays and returns the same outputs.
"""

import tempfile

from benchmarks.joint_case import inference_flops
from benchmarks.joint_case import make_batch
from benchmarks.joint_case import make_weights

TITLE = "Inference, 60 videos"
SIZES = {
    "full": {"videos": 60, "num_segments": 32, "feature_dim": 7168, "lstm_units": 1024},
    "quick": {"videos": 8, "num_segments": 8, "feature_dim": 512, "lstm_units": 64},
}

flops = inference_flops


def keras_predict(videos, **size):
    model = _keras_model(size, lstm="keras")
    inputs = _inputs(videos, **size)
    return lambda: _flat(model.predict(inputs, batch_size=videos, verbose=0))


def keras_wsad(precision):
    """Returns a set-up of the function that `keras_wsad.load` predicts with."""

    def set_up(videos, **size):
        model = _keras_model(size, precision)
        inputs = _inputs(videos, **size)
        from keras_wsad.inference import open_model as inference

        # Commits before `compiled` used `predict_on_batch`.
        call = getattr(inference, "compiled", lambda model: model.predict_on_batch)(model)
        return lambda: _flat(call(inputs))

    return set_up


def saved_model(videos, **size):
    model = _keras_model(size)
    inputs = _inputs(videos, **size)
    import tensorflow as tf

    from keras_wsad.config import ExperimentConfig
    from keras_wsad.inference.export import export_saved_model
    from keras_wsad.inference.model_card import ModelCard

    config = ExperimentConfig(
        num_segments=size["num_segments"], lstm_units=size["lstm_units"]
    )
    with tempfile.TemporaryDirectory() as folder:
        card = ModelCard.of(model, config)
        export_saved_model(model, f"{folder}/saved_model", card)
        loaded = tf.saved_model.load(f"{folder}/saved_model")
    names = ("features", "normalized_features")

    def work():
        outputs = loaded.serve_both(*(tf.constant(inputs[name]) for name in names))
        return _flat({name: output.numpy() for name, output in outputs.items()})

    return work


def exported_onnx(videos, **size):
    """The head that `keras-wsad export --format onnx` writes."""
    import onnxruntime  # noqa: F401, raises here if it is absent
    import tf2onnx  # noqa: F401

    model = _keras_model(size)
    inputs = _inputs(videos, **size)
    import pathlib

    from keras_wsad.config import ExperimentConfig
    from keras_wsad.inference.export_run import write_head
    from keras_wsad.inference.exported import UNCALIBRATED
    from keras_wsad.inference.graphs import open_graph
    from keras_wsad.inference.model_card import ModelCard

    config = ExperimentConfig(
        num_segments=size["num_segments"], lstm_units=size["lstm_units"]
    )
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder, "head.onnx")
        write_head(model, ModelCard.of(model, config), None, path, "onnx")
        run = open_graph(path, "onnx")

    def work():
        outputs = run(inputs)
        # Not an output of the model.
        del outputs[UNCALIBRATED]
        return _flat(outputs)

    return work


def pytorch(videos, **size):
    import torch

    model = _torch_model(**size)
    inputs = _inputs(videos, **size)

    def work():
        with torch.inference_mode():
            tensors = {name: torch.from_numpy(array) for name, array in inputs.items()}
            return _flat({name: out.numpy() for name, out in model(**tensors).items()})

    return work


def onnx_runtime(videos, **size):
    """The PyTorch model, exported for this number of videos."""
    import onnx  # noqa: F401, the export needs it: raises here if it is absent
    import onnxruntime
    import torch

    model = _torch_model(**size)
    inputs = _inputs(videos, **size)
    names = _outputs(model, inputs)
    with tempfile.TemporaryDirectory() as folder:
        path = f"{folder}/joint.onnx"
        torch.onnx.export(
            model,
            tuple(torch.from_numpy(array) for array in inputs.values()),
            path,
            input_names=list(inputs),
            output_names=names,
            # The newer exporter needs one more library for the same graph.
            dynamo=False,
        )
        session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    return lambda: _flat(dict(zip(names, session.run(names, inputs), strict=True)))


def _keras_model(size, precision="float32", lstm="package"):
    from keras_wsad.cli.tensorflow_noise import import_tensorflow_quietly

    import_tensorflow_quietly()
    import keras

    from benchmarks.keras_joint import build_joint

    keras.config.set_dtype_policy(precision)
    return build_joint(**size, lstm=lstm)


def _torch_model(**size):
    from benchmarks.torch_joint import TorchJoint

    return TorchJoint(make_weights(**size)).eval()


def _outputs(model, inputs):
    import torch

    with torch.inference_mode():
        first = {name: torch.from_numpy(array[:1]) for name, array in inputs.items()}
        return list(model(**first))


def _inputs(videos, num_segments, feature_dim, **_):
    return make_batch(videos, num_segments, feature_dim)[0]


def _flat(outputs):
    """Concatenates the outputs of each video, an array `(videos, numbers)`."""
    import numpy as np

    return np.concatenate(
        [np.asarray(outputs[name], np.float32) for name in sorted(outputs)], axis=1
    )


CONTENDERS = {
    "Keras predict": keras_predict,
    "PyTorch eager": pytorch,
    "ONNX Runtime": onnx_runtime,
    "keras_wsad": keras_wsad("float32"),
    "keras_wsad mixed_bfloat16": keras_wsad("mixed_bfloat16"),
    "keras_wsad SavedModel": saved_model,
    "keras_wsad ONNX": exported_onnx,
}
PRECISION = {"keras_wsad mixed_bfloat16": "bfloat16"}
