"""Exports the model of a run as files of another runtime, and checks them."""

import contextlib
import logging
import pathlib

import keras

from keras_wsad.backbones.keras_network import KerasNetwork
from keras_wsad.backbones.registry import find_backbone
from keras_wsad.errors import ConfigError
from keras_wsad.errors import ExportError
from keras_wsad.errors import RunError
from keras_wsad.files import atomic_path
from keras_wsad.files import write_json
from keras_wsad.files import write_text
from keras_wsad.inference.backbone import open_backbone_of
from keras_wsad.inference.check_export import check_backbone
from keras_wsad.inference.check_export import check_head
from keras_wsad.inference.export import export_saved_model
from keras_wsad.inference.export_card import as_markdown
from keras_wsad.inference.export_card import describe_export
from keras_wsad.inference.exported import CARD
from keras_wsad.inference.exported import MANIFEST
from keras_wsad.inference.exported import UNCALIBRATED
from keras_wsad.inference.exported import sha256_of
from keras_wsad.inference.graphs import ENDINGS
from keras_wsad.inference.graphs import open_graph
from keras_wsad.inference.open_model import compiled
from keras_wsad.inference.open_model import open_run
from keras_wsad.inference.portable import portable
from keras_wsad.inference.write_graph import check_installed
from keras_wsad.inference.write_graph import write_graph

_logger = logging.getLogger(__name__)


def export_run(path, out, kind, weights=None):
    """Writes head and backbone of a run, a manifest and a model card.

    What was written is opened in its runtime and compared with the model, see
    `check_head` and `check_backbone`. Unless all outputs agree nothing is left.

    Args:
        path: str or path. A run folder, or its `model.keras`.
        out: str or path. The folder to write, atomically.
        kind: str. The format, a key of `graphs.ENDINGS`.
        weights: str or path, or `None`. The backbone's weights, if they do not come with
            this project. Defaults to `None`. Without them the head is exported alone.

    Returns:
        dict, the content of the model card.

    Raises:
        RunError: there is no trained joint model.
        ExportError: what was written computes something else, or cannot be written.
        MissingExtraError: the format needs a library that is not installed.
        ConfigError: the folder exists, or Keras is not set to TensorFlow.
    """
    out = pathlib.Path(out)
    check_installed(kind)
    if keras.backend.backend() != "tensorflow":
        raise ConfigError(
            f"Expected Keras to be set to TensorFlow. Found {keras.backend.backend()}"
        )
    if out.exists():
        raise ConfigError(f"{out}: expected a folder to make. It exists already.")
    opened = open_run(pathlib.Path(path))
    if opened.model.dtype_policy.compute_dtype != "float32":
        raise ExportError(
            "Expected a model in float32. Found "
            f"{opened.model.dtype_policy.compute_dtype}, which other runtimes round "
            "otherwise"
        )
    backbone = _open_backbone(opened.card, weights)
    with atomic_path(out) as folder:
        folder.mkdir()
        head = f"head{ENDINGS[kind]}"
        differences = {"head": _export_head(opened, folder / head, kind)}
        about = None
        if backbone:
            about = {
                "file": f"backbone{ENDINGS[kind]}",
                "batch_size": backbone.batch_size,
            }
            file = folder / about["file"]
            differences["backbone"] = _export_backbone(backbone, file, kind)
        card = describe_export(opened, kind, differences, _digests(folder))
        write_json(folder / CARD, card)
        write_text(folder / "model_card.md", as_markdown(card))
        files = _digests(folder)
        manifest = {"format": kind, "head": head, "backbone": about, "files": files}
        write_json(folder / MANIFEST, manifest)
    return card


def _open_backbone(card, weights):
    """Opens the backbone in float32, or returns `None` and logs why there is none."""
    if card.extraction is None:
        _logger.info("The head alone: how the features were extracted is unknown.")
        return None
    try:
        backbone = open_backbone_of(card.extraction, weights, "float32")
    except RunError as error:
        _logger.info("The head alone. %s", error)
        return None
    if backbone.precision != "float32":
        raise ConfigError(f"{weights}: expected weights in float32, which are exported.")
    return backbone


def write_head(model, card, standardization, path, kind):
    """Writes the head of a joint model, unchecked.

    Args:
        model: `JointModel` or `EquivariantModel`.
        card: `ModelCard`.
        standardization: `Standardization` of the features, or `None`.
        path: path. The file to write; for a SavedModel the folder.
        kind: str. The format.
    """
    if kind == "savedmodel":
        export_saved_model(model, path, card, standardization)
        return
    function = _head_function(model, card, standardization)
    with portable(model, unroll=kind == "litert"):
        write_graph(function, model, path, kind)


def _export_head(opened, path, kind):
    model, card, standardization = opened.model, opened.card, opened.standardization
    with _as_export_error(path):
        path.parent.mkdir(exist_ok=True)
        write_head(model, card, standardization, path, kind)
    reference = _standardized(compiled(model), standardization)
    run = open_graph(path, kind)
    return check_head(run, reference, card, with_uncalibrated=kind != "savedmodel")


def _standardized(call, standardization):
    def run(inputs):
        if standardization is None:
            return call(inputs)
        pair = standardization.apply(inputs["features"], inputs["normalized_features"])
        return call(dict(zip(("features", "normalized_features"), pair, strict=True)))

    return run


def _head_function(model, card, standardization):
    import tensorflow as tf

    shape = (None, card.num_segments, card.feature_dim)
    names = ("features", "normalized_features")

    @tf.function(
        input_signature=[tf.TensorSpec(shape, tf.float32, name=name) for name in names],
        autograph=False,
        jit_compile=False,
    )
    def head(features, normalized_features):
        inputs = {"features": features, "normalized_features": normalized_features}
        outputs = _standardized(
            lambda inputs: model(inputs, training=False), standardization
        )(inputs)
        scores = outputs["segment_scores"]
        chances = card.calibration.in_float32(scores)
        return {**outputs, "segment_scores": chances, UNCALIBRATED: scores}

    return head


def _export_backbone(backbone, path, kind):
    import tensorflow as tf

    folded = KerasNetwork(backbone.model, find_backbone(backbone.name))
    network = folded.model
    spec = tf.TensorSpec((None, *folded.clip_shape), tf.uint8, name="pixels")

    @tf.function(input_signature=[spec], autograph=False, jit_compile=False)
    def features(pixels):
        return {"features": network(pixels, training=False)}

    with _as_export_error(path), portable(network, unroll=kind == "litert"):
        path.parent.mkdir(exist_ok=True)
        write_graph(features, network, path, kind)
    return check_backbone(open_graph(path, kind), backbone, folded.clip_shape)


@contextlib.contextmanager
def _as_export_error(path):
    try:
        yield
    except (ExportError, OSError):
        raise
    except Exception as error:
        # Each exporter has errors of its own, some of many pages.
        line = str(error).strip().partition("\n")[0][:300]
        raise ExportError(f"{path.name}: cannot be written ({line}).") from error


def _digests(folder):
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): sha256_of(path) for path in files}
