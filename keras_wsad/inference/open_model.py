"""Opens a trained model with Keras or TensorFlow: a run, a `.keras` file, a SavedModel."""

import dataclasses
import pathlib

import keras
import numpy as np

from keras_wsad.baselines.registry import PREDICTING
from keras_wsad.baselines.registry import open_system
from keras_wsad.config import ExperimentConfig
from keras_wsad.config import load_config
from keras_wsad.data.standardization import Standardization
from keras_wsad.errors import RunError
from keras_wsad.features import normalize_clips
from keras_wsad.features import pool_segments
from keras_wsad.files import read_json
from keras_wsad.inference.exact_sigmoid import use_exact_sigmoid
from keras_wsad.inference.model_card import ModelCard
from keras_wsad.inference.predictor import Predictor
from keras_wsad.metrics.calibration import Calibration
from keras_wsad.runs import Run


def open_trained(path):
    """Opens a run folder, a `.keras` file or a SavedModel, as `load` describes it."""
    path = pathlib.Path(path)
    if (path / "saved_model.pb").is_file():
        return Predictor(*open_saved_model(path), path)
    opened = open_run(path)
    card, standardization = opened.card, opened.standardization
    pooling = (card.num_segments, card.reduce, card.alignment)
    outputs = compiled(opened.model)

    def score_crops(crops):
        pair = (crops, normalize_clips(crops))
        pair = (
            np.stack([pool_segments(clips, *pooling) for clips in part]) for part in pair
        )
        if standardization is not None:
            pair = standardization.apply(*pair)
        inputs = dict(zip(("features", "normalized_features"), pair, strict=True))
        mean = {name: np.mean(output, axis=0) for name, output in outputs(inputs).items()}
        return {**mean, "segment_scores": card.calibration(mean["segment_scores"])}

    return Predictor(score_crops, card, path)


@dataclasses.dataclass(frozen=True, kw_only=True)
class OpenRun:
    """A trained joint model and what belongs to it.

    Attributes:
        run: `Run`.
        config: `ExperimentConfig`.
        model: `JointModel` or `EquivariantModel`, with exact scores (`exact_sigmoid`).
        card: `ModelCard`.
        standardization: `Standardization` of its features, or `None` for none.
    """

    run: Run
    config: ExperimentConfig
    model: keras.Model
    card: ModelCard
    standardization: Standardization | None


def open_run(path):
    """Opens the model of a run.

    Args:
        path: path. The run folder, or its `model.keras`.

    Returns:
        An `OpenRun`.

    Raises:
        RunError: see `load`.
    """
    run = Run(path.parent if path.suffix == ".keras" else path)
    model_path = path if path.suffix == ".keras" else run.model
    if not model_path.is_file():
        raise RunError(
            f"{path}: expected a finished run folder, a .keras file or a SavedModel."
        )
    config = load_config(run.config) if run.config.is_file() else ExperimentConfig()
    system = open_system(config.system)(config)
    if config.system not in PREDICTING:
        raise RunError(f"{path}: the system {config.system} does not predict videos.")
    system.load(model_path)
    model = system.model
    use_exact_sigmoid(model)
    calibration = Calibration(**run.load_training()["calibration"])
    return OpenRun(
        run=run,
        config=config,
        model=model,
        card=ModelCard.of(model, config, calibration, run.load_extraction()),
        standardization=run.load_standardization(config),
    )


def compiled(model):
    """Returns a model as a function that is compiled once for batches of any size.

    On TensorFlow, `model.predict` sets up a loop, callbacks and a data set in each call,
    which this avoids. On other backends it is `model.predict_on_batch`.

    Args:
        model: `keras.Model` from dicts to dicts.

    Returns:
        A function from a dict of arrays to a dict of float32 arrays.
    """
    if keras.backend.backend() != "tensorflow":
        return lambda inputs: _as_float32(model.predict_on_batch(inputs))
    import tensorflow as tf

    signature = {
        name: tf.TensorSpec(tensor.shape, tensor.dtype)
        for name, tensor in model.input.items()
    }

    @tf.function(input_signature=[signature], autograph=False, jit_compile=False)
    def call(inputs):
        return model(inputs, training=False)

    def run(inputs):
        tensors = {
            name: tf.constant(inputs[name], spec.dtype) for name, spec in signature.items()
        }
        return _as_float32(call(tensors))

    return run


def _as_float32(outputs):
    return {name: np.asarray(output, np.float32) for name, output in outputs.items()}


def open_saved_model(path):
    """Opens a SavedModel that `export_saved_model` wrote.

    Args:
        path: path.

    Returns:
        `(score_crops, card)`, as `Predictor` takes them.

    Raises:
        RunError: it is damaged, or of another project.
    """
    import tensorflow as tf

    file = path / "assets.extra" / "keras_wsad.json"
    try:
        card = ModelCard.from_dict(read_json(file), file)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise RunError(
            f"{path}: a SavedModel, but not one that keras_wsad has exported ({error})."
        ) from error
    try:
        saved_model = tf.saved_model.load(str(path))
    except Exception as error:
        # A damaged one may raise anything.
        raise RunError(f"{path}: a damaged SavedModel ({error}).") from error
    for variable in getattr(saved_model, "variables", ()):
        if not np.isfinite(variable.numpy()).all():
            raise RunError(f"{path}: expected finite weights. Found NaN in {variable.name}")

    def score_crops(crops):
        # Keeps `saved_model` alive, which owns the function.
        outputs = saved_model.serve_clips(tf.constant(crops))
        return {name: output.numpy()[0] for name, output in outputs.items()}

    return score_crops, card
