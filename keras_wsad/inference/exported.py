"""Opens what `keras-wsad export` has written, without Keras."""

import hashlib
import pathlib

import numpy as np

from keras_wsad.errors import DataError
from keras_wsad.errors import RunError
from keras_wsad.features.segments import normalize_clips
from keras_wsad.features.segments import pool_segments
from keras_wsad.files import read_json
from keras_wsad.inference.graphs import ENDINGS
from keras_wsad.inference.graphs import open_graph
from keras_wsad.inference.model_card import ModelCard
from keras_wsad.inference.predictor import Predictor

MANIFEST = "manifest.json"
CARD = "model_card.json"

#: The output of a head for averages over crops, which are calibrated afterwards.
UNCALIBRATED = "uncalibrated_scores"

_RUNTIMES = {"savedmodel": "tensorflow", "onnx": "onnxruntime"}


class ExportedBackbone:
    """A backbone from a file, which takes uint8 clips as cut from a video.

    It stands where an `OpenBackbone` does.

    Args:
        path: path. The file.
        kind: str. Its format, a key of `graphs.ENDINGS`.
        extraction: `Extraction` of the training features.
        batch_size: int. Clips in a call.

    Call arguments:
        clips: uint8 array of shape `(clips, length, size, size, 3)`, any number of them.

    Returns:
        A float32 array of shape `(clips, features)`.
    """

    precision = "float32"
    quantized_from = None
    calls = 1

    def __init__(self, path, kind, extraction, batch_size):
        self.name = extraction.backbone
        self.weights = extraction.weights
        self.clip_length, self.size = extraction.clip_length, extraction.size
        self.runtime = _RUNTIMES.get(kind, kind)
        self.batch_size = batch_size
        self._run = open_graph(path, kind)

    def __call__(self, clips):
        clips = np.asarray(clips)
        starts = range(0, len(clips), self.batch_size)
        batches = [clips[start : start + self.batch_size] for start in starts]
        return np.concatenate([self._run({"pixels": b})["features"] for b in batches])


def open_exported(folder):
    """Opens an exported model for prediction.

    ONNX needs onnxruntime and numpy and no other package; videos need PyAV as well.

    Args:
        folder: path. What `keras-wsad export` has written.

    Returns:
        A `Predictor`.

    Raises:
        RunError: a file is missing or not as it was written.
        MissingExtraError: the runtime of the format is not installed.
    """
    folder = pathlib.Path(folder)
    try:
        manifest = read_json(folder / MANIFEST)
        kind, backbone = manifest["format"], manifest["backbone"]
        head = folder / manifest["head"]
        if kind not in ENDINGS:
            raise RunError(f"Expected a format of {', '.join(ENDINGS)}. Found {kind}")
        check_files(folder, manifest["files"])
        card = ModelCard.from_dict(read_json(folder / CARD), folder / CARD)
        if backbone:
            backbone = folder / backbone["file"], int(backbone["batch_size"])
    except RunError:
        raise
    except (OSError, DataError, KeyError, TypeError, ValueError, AttributeError) as error:
        raise RunError(f"{folder}: not a whole exported model ({error}).") from error
    if kind == "savedmodel":
        from keras_wsad.inference.open_model import open_saved_model

        score_crops, _ = open_saved_model(head)
    else:
        score_crops = _scoring(open_graph(head, kind), card)

    def open_own(batch_size):
        path, usual = backbone
        return ExportedBackbone(path, kind, card.extraction, batch_size or usual)

    return Predictor(score_crops, card, folder, open_own if backbone else None)


def check_files(folder, digests):
    """Raises unless files are as they were written.

    Args:
        folder: path.
        digests: dict from a file's path in the folder to its sha256.

    Raises:
        RunError: a file is missing or has another sha256.
    """
    for name, digest in digests.items():
        path = folder / name
        if not path.is_file():
            raise RunError(f"{path}: expected a file that was exported. Found none")
        found = sha256_of(path)
        if found != digest:
            raise RunError(
                f"{path}: damaged. Expected sha256 {digest}, as it was written. "
                f"Found {found}"
            )


def sha256_of(path):
    """Returns the sha256 of a file, in hexadecimal digits."""
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _scoring(run, card):
    pooling = (card.num_segments, card.reduce, card.alignment)

    def score_crops(crops):
        inputs = {"features": crops, "normalized_features": normalize_clips(crops)}
        outputs = run({k: pool_segments(clips, *pooling) for k, clips in inputs.items()})
        mean = {name: np.mean(output, axis=0) for name, output in outputs.items()}
        # Averaged over the crops before it is calibrated, as in training.
        mean["segment_scores"] = card.calibration(mean.pop(UNCALIBRATED))
        return mean

    return score_crops
