import dataclasses
import math
import os

import numpy as np

from keras_wsad.errors import ConfigError
from keras_wsad.errors import RunError
from keras_wsad.features.extraction import differences
from keras_wsad.features.formats import crops_first
from keras_wsad.features.formats import feature_files
from keras_wsad.features.formats import is_feature_file
from keras_wsad.features.video_features import read_video_features
from keras_wsad.inference.backbone import extraction_by
from keras_wsad.inference.backbone import open_backbone_of
from keras_wsad.inference.prediction import Prediction
from keras_wsad.inference.video_prediction import VideoPrediction
from keras_wsad.metrics.alarms import ALARM_THRESHOLD
from keras_wsad.video.crops import CROP_COUNTS


class Predictor:
    """Predicts videos, or clip features from a file, with a trained model.

    Open one with `keras_wsad.load`.

    Args:
        score_crops: function from clips `(crops, K, n)` to a dict of outputs, averaged
            over the crops, the scores calibrated.
        card: `ModelCard`.
        source: str or path. Path of the model.
        open_own: function from a batch size or `None` to the backbone that was exported
            with the model, or `None`. Defaults to `None`.

    Attributes:
        card: `ModelCard`.
        source: str.
    """

    def __init__(self, score_crops, card, source, open_own=None):
        self._score_crops = score_crops
        self.card = card
        self.source = str(source)
        self._open_own = open_own
        self._opened = None

    def predict(self, features):
        """Scores one video from its features.

        Args:
            features: a feature file's path, or an array as such a file holds it, of
                shape `(K, n)`, `(crops, K, n)` or `(K, 10, n)`. Its clips are normalised
                and pooled as in training.

        Returns:
            A `Prediction`, averaged over the crops.

        Raises:
            FeatureFileError: the file cannot be used, or its crop axis is ambiguous.
            RunError: features or scores are not finite, or features have another width or
                extraction than those that the model was trained on.
        """
        if isinstance(features, (str, os.PathLike)):
            return self.predict_crops(self._read(features).features)
        clips = np.asarray(features, np.float32)
        if clips.ndim in (2, 3) and clips.size:
            clips = crops_first(clips)
        return self.predict_crops(clips)

    def protocol(self, prediction):
        """Returns the provenance of a prediction, as a dict for JSON.

        Args:
            prediction: `VideoPrediction` of this predictor, or the `OpenBackbone` that its
                predictions are made with.
        """
        card = self.card
        return {
            "model": self.source,
            "features": card.extraction and card.extraction.to_dict(),
            "precision": prediction.precision,
            "pooling": f"{card.reduce}, {card.alignment}",
            "test_crops": self._crops_to_score,
            "checkpoint_rule": card.checkpoint_rule,
            "calibration": dataclasses.asdict(card.calibration),
        }

    def open_backbone(self, weights=None, precision=None, runtime=None, batch_size=None):
        """Opens the backbone that made the features of the training videos.

        Args:
            weights: str or path, or `None`. Its weights file, if the weights do not come
                with this project. Defaults to `None`.
            precision: str or `None`. `"float32"` or `"bfloat16"`. Defaults to `None`, for
                that of the training.
            runtime: str or `None`, see `keras_wsad.backbones.open_backbone`. Defaults to
                `None`.
            batch_size: int or `None`. Clips per batch, see `OpenBackbone`. Defaults to
                `None`.

        Returns:
            An `OpenBackbone`.

        Raises:
            RunError: the extraction is unknown, or the weights must be named.
            WeightsError: the weights are not those of the training.
        """
        if self.card.extraction is None:
            raise RunError(
                f"{self.source}: how the features of its training videos were extracted is "
                "unknown, so it cannot read videos. Give it features extracted in the same "
                "way: predict FEATURES.npy"
            )
        if self._open_own and not (weights or precision or runtime):
            return self._open_own(batch_size)
        return open_backbone_of(
            self.card.extraction, weights, precision, runtime, batch_size
        )

    def predict_video(
        self, path, weights=None, threshold=ALARM_THRESHOLD, backbone=None, on_clip=None
    ):
        """Scores one video from its pixels or from its feature file.

        Features are extracted as those of the training videos were.

        Args:
            path: str or path. A video, or its feature file, whose frames and seconds are
                known only from the sidecar of `keras-wsad extract`.
            weights: str or path, or `None`, see `open_backbone`. Defaults to `None`.
            threshold: float. A score above it is an alarm. Defaults to `0.5`.
            backbone: `OpenBackbone` from `open_backbone`, or `None`. Defaults to `None`,
                for one that is opened for the first video and kept for the next.
            on_clip: function or `None`. Called after each clip with the estimated number
                of clips of the video. Defaults to `None`.

        Returns:
            A `VideoPrediction`.

        Raises:
            VideoError: the file is not a video, or no frame of it decodes.
            FeatureFileError, RunError, WeightsError: see `predict` and `open_backbone`.
            ConfigError: the threshold is NaN or infinite.

        Example:

        ```python
        predictor = keras_wsad.load("runs/NAME")
        for alarm in predictor.predict_video("camera.mp4").alarms:
            print(alarm.start_seconds, alarm.end_seconds, alarm.peak)
        ```
        """
        # Before the video is decoded, which takes long.
        _check_threshold(threshold)
        video = self.read_video(path, weights, backbone, on_clip)
        return self.predict_read(video, path, threshold)

    def read_video(self, path, weights=None, backbone=None, on_clip=None):
        """Reads the features of one video, extracted as those of the training videos were.

        Args:
            path, weights, backbone, on_clip: see `predict_video`.

        Returns:
            A `VideoFeatures`.

        Raises:
            VideoError, FeatureFileError, RunError, WeightsError: see `predict_video`.
        """
        if is_feature_file(path):
            return self._read(path)
        # Feature files need no decoder of videos.
        from keras_wsad.features.extract import extract_clips

        if backbone is None or self.card.extraction is None:
            backbone = self._backbone_of(weights)
        extraction = extraction_by(backbone, self.card.extraction, self.crops)
        return extract_clips(path, backbone, extraction, on_clip)

    def predict_read(self, video, path, threshold=ALARM_THRESHOLD):
        """Scores one video whose features `read_video` has read.

        Args:
            video: `VideoFeatures`.
            path: str or path. Where it was read from.
            threshold: float. A score above it is an alarm. Defaults to `0.5`.

        Returns:
            A `VideoPrediction`.

        Raises:
            RunError: see `predict`.
            ConfigError: the threshold is NaN or infinite.
        """
        _check_threshold(threshold)
        return VideoPrediction(
            **vars(self.predict_crops(video.features)),
            video=str(path),
            threshold=float(threshold),
            alignment=self.card.alignment,
            num_frames=video.num_frames,
            fps=video.fps,
            damage=video.damage,
            precision=video.extraction and video.extraction.precision,
        )

    def _backbone_of(self, weights):
        """Opens a backbone, or returns the last one if it is the same."""
        wanted = (self.card.extraction, weights)
        if self._opened is None or self._opened[0] != wanted:
            # Frees the memory of the last one before the next is opened.
            self._opened = None
            self._opened = (wanted, self.open_backbone(weights))
        return self._opened[1]

    @property
    def crops(self):
        """Crops to cut out of a video: the first are the same, however many there are."""
        return min(count for count in CROP_COUNTS if count >= self._crops_to_score)

    @property
    def _crops_to_score(self):
        """Crops that the evaluation averages over: the training features may have fewer."""
        crops, extraction = self.card.test_crops, self.card.extraction
        return crops if extraction is None else min(crops, extraction.crops)

    def _read(self, path):
        """Reads a feature file, which must be made as the training features were."""
        video, trained_on = read_video_features(feature_files(path)), self.card.extraction
        if trained_on is None or video.extraction is None:
            return video
        # The number of crops may differ.
        alike = dataclasses.replace(video.extraction, crops=trained_on.crops)
        other = differences(alike, trained_on)
        if other:
            raise RunError(
                f"{path}: expected features made as those that the model was trained on. "
                f"Found {', '.join(other)}"
            )
        return video

    def predict_crops(self, clips):
        """Scores one video from features of a known layout.

        Args:
            clips: array of shape `(crops, K, n)`.

        Returns:
            A `Prediction`, averaged over the crops.

        Raises:
            RunError: see `predict`.
        """
        if clips.ndim != 3 or clips.shape[-1] != self.card.feature_dim or not clips.size:
            raise RunError(
                f"Expected features of shape (K, {self.card.feature_dim}) or (crops, K, "
                f"{self.card.feature_dim}), K at least 1. Received: shape={clips.shape}"
            )
        if not np.isfinite(clips).all():
            raise RunError("Expected finite features. Received: NaN or infinity")
        outputs = self._score_crops(clips[: self._crops_to_score])
        if not all(np.isfinite(output).all() for output in outputs.values()):
            raise RunError(
                f"{self.source}: expected a model whose outputs are finite. Received: NaN "
                "or infinity"
            )
        best = int(outputs["class_probabilities"].argmax())
        return Prediction(class_name=self.card.class_names[best], **outputs)


def _check_threshold(threshold):
    if not math.isfinite(threshold):
        raise ConfigError(f"Expected a threshold that is finite. Received: {threshold}")
