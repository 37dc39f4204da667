"""Scores from a trained model: for the videos of a store, and for one feature file."""

import dataclasses
import json
import os
import pathlib

import keras
import numpy as np

from keras_wsad.config import ExperimentConfig
from keras_wsad.config import load_config
from keras_wsad.data.annotations import CLASS_NAMES
from keras_wsad.errors import RunError
from keras_wsad.features import normalize_clips
from keras_wsad.features import pool_segments
from keras_wsad.features import read_features
from keras_wsad.features.formats import crops_first
from keras_wsad.models import JointModel
from keras_wsad.runs import Run

_BATCH = 64


def score_videos(model, store, videos, crops=5):
    """Runs a model on videos of a store and averages over their crops.

    Args:
        model: `JointModel`.
        store: `FeatureStore`.
        videos: list of `Video`, each with features in the store.
        crops: int. Crops to use of each video, as far as it has them. Defaults to `5`.

    Returns:
        A dict of the model's outputs as float32 arrays, the first axis the videos.
    """
    rows, owners = [], []
    for place, video in enumerate(videos):
        of_video = store.videos[video.name][:crops]
        rows += of_video
        owners += [place] * len(of_video)
    # The last batch is filled up, so that all are of one shape and compiled once.
    batch_size = min(_BATCH, len(rows))
    missing = -len(rows) % batch_size
    batches = np.array(rows + rows[:1] * missing).reshape(-1, batch_size)
    parts = []
    for batch in batches:
        inputs = {
            "features": store.features[batch],
            "normalized_features": store.normalized_features[batch],
        }
        parts.append(model.predict_on_batch(inputs))
    outputs = {}
    for name in parts[0]:
        by_row = np.concatenate([part[name] for part in parts])[: len(rows)]
        total = np.zeros((len(videos), *by_row.shape[1:]), np.float32)
        np.add.at(total, owners, by_row)
        count = np.bincount(owners, minlength=len(videos))
        outputs[name] = total / count[:, None].astype(np.float32)
    return outputs


@dataclasses.dataclass(frozen=True, kw_only=True)
class Prediction:
    """What the model says of a video.

    Attributes:
        segment_scores: float array of shape `(segments,)`, 0 normal to 1 anomalous.
        class_probabilities: float array of shape `(classes,)`.
        class_name: str. The class with the highest probability.
        first_level_attention: float array of shape `(segments,)`, or `None`.
        second_level_attention: float array of shape `(segments,)`, or `None`.
    """

    segment_scores: np.ndarray
    class_probabilities: np.ndarray
    class_name: str
    first_level_attention: np.ndarray | None = None
    second_level_attention: np.ndarray | None = None


class Predictor:
    """A trained model that takes clip features as they come from a file.

    Open one with `keras_wsad.load`.

    Args:
        score_clips: function from clips `(K, n)` to a dict of outputs, first axis 1.
        feature_dim: int. Features per clip, n.
        crops: int. Crops to average over.
    """

    def __init__(self, score_clips, feature_dim, crops):
        self._score_clips = score_clips
        self.feature_dim = feature_dim
        self.crops = crops

    def predict(self, features):
        """Scores one video.

        Args:
            features: a feature file's path, or an array as such a file holds it, of
                shape `(K, n)`, `(crops, K, n)` or `(K, 10, n)`. Its clips are normalised
                and pooled as in training.

        Returns:
            A `Prediction`, averaged over the crops.

        Raises:
            FeatureFileError: the file cannot be used, or which axis the crops are is open.
            RunError: the features are not of the kind that the model was trained on, or not
            finite.
        """
        if isinstance(features, (str, os.PathLike)):
            features = read_features(features)
        clips = np.asarray(features, np.float32)
        if clips.ndim in (2, 3) and clips.size:
            clips = crops_first(clips)
        if clips.ndim != 3 or clips.shape[-1] != self.feature_dim or not clips.size:
            raise RunError(
                f"Expected features of shape (K, {self.feature_dim}) or (crops, K, "
                f"{self.feature_dim}), K at least 1. Received: shape={np.shape(features)}"
            )
        if not np.isfinite(clips).all():
            raise RunError("Expected finite features. Received: NaN or infinity")
        outputs = [self._score_clips(crop) for crop in clips[: self.crops]]
        mean = {
            name: np.mean([np.asarray(output[name])[0] for output in outputs], axis=0)
            for name in outputs[0]
        }
        best = int(mean["class_probabilities"].argmax())
        return Prediction(class_name=CLASS_NAMES[best], **mean)


def load(path):
    """Opens a trained model for prediction.

    Args:
        path: str or path. A run folder, its `model.keras`, or its `saved_model`. How clips
            are pooled is read from the run's `config.yaml`, which lies beside
            `model.keras`; a SavedModel carries it. A `model.keras` alone is taken to be
            trained with the defaults.

    Returns:
        A `Predictor`.

    Raises:
        RunError: there is no model, it is damaged, or not one of keras_wsad.

    Example:

    ```python
    predictor = keras_wsad.load("runs/NAME")
    predictor.predict("Abuse028_x264.npy").class_name
    ```
    """
    path = pathlib.Path(path)
    if (path / "saved_model.pb").is_file():
        return _load_saved_model(path)
    run = Run(path.parent if path.suffix == ".keras" else path)
    model_path = path if path.suffix == ".keras" else run.model
    if not model_path.is_file():
        raise RunError(
            f"{path}: expected a finished run folder, a .keras file or a SavedModel."
        )
    config = load_config(run.config) if run.config.is_file() else ExperimentConfig()
    model = load_model(model_path)
    options = {
        "num_segments": model.num_segments,
        "reduce": config.reduce,
        "alignment": config.alignment,
    }

    def score_clips(clips):
        inputs = {
            "features": pool_segments(clips, **options)[None],
            "normalized_features": pool_segments(normalize_clips(clips), **options)[None],
        }
        return model.predict_on_batch(inputs)

    return Predictor(score_clips, model.feature_dim, config.test_crops)


def load_model(path):
    """Opens a `.keras` file that must hold a `JointModel`.

    Args:
        path: path.

    Returns:
        The `JointModel`, not compiled.

    Raises:
        RunError: the file is damaged, or holds another model.
    """
    try:
        model = keras.saving.load_model(path, compile=False)
    except Exception as error:
        # A damaged file may raise anything, and is reported as what it is.
        raise RunError(f"{path}: not a model of keras_wsad ({error}).") from error
    if not isinstance(model, JointModel):
        raise RunError(f"{path}: expected a JointModel. Found {type(model).__name__}")
    return model


def _load_saved_model(path):
    import tensorflow as tf

    about = path / "assets.extra" / "keras_wsad.json"
    try:
        content = json.loads(about.read_text(encoding="utf-8"))
        feature_dim, crops = content["feature_dim"], content["test_crops"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise RunError(
            f"{path}: a SavedModel, but not one that keras_wsad has exported ({error})."
        ) from error
    saved_model = tf.saved_model.load(str(path))

    def score_clips(clips):
        outputs = saved_model.serve_clips(tf.constant(clips))
        return {name: tensor.numpy() for name, tensor in outputs.items()}

    # The function belongs to the model, which must live as long.
    return Predictor(score_clips, feature_dim, crops)
