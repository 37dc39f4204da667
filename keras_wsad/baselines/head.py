import abc

import keras

from keras_wsad.baselines.fit_head import fit_head
from keras_wsad.baselines.keras_file import load_keras_file
from keras_wsad.baselines.mean_feature import check_feature_dim
from keras_wsad.baselines.score_videos import score_videos
from keras_wsad.baselines.system import System
from keras_wsad.data.pipelines import steps_per_epoch
from keras_wsad.errors import RunError


class Head(System):
    """A Keras model on segment features, trained as the joint model is by `fit_head`.

    Attributes:
        model: the `keras.Model`, once it is trained or loaded; not compiled.
        model_class: class of that model.
    """

    saved_as = "model.keras"
    model_class = keras.Model
    settings = (
        "train_crop",
        "test_crops",
        "steps",
        "anomalous_per_batch",
        "normal_per_batch",
        "batch_order",
        "checkpoint_rule",
        "checkpoint_metric",
        "checkpoint_every",
        "patience",
        "watch_test",
        "precision",
    )

    @property
    def marks_weight(self):
        """Weight of a reviewer's marks, `None` if there are none."""
        weight, marks = self.config.marks_weight, self.config.marks
        return None if marks is None else weight

    @abc.abstractmethod
    def build(self, feature_dim):
        """Returns the untrained model.

        Its inputs are a dict of `features` and `normalized_features`, each of shape
        `(batch, segments, features)`; its outputs are a dict of at least `segment_scores`
        of shape `(batch, segments)`, and `class_probabilities` of shape `(batch, 14)` if
        it names classes.

        Args:
            feature_dim: int. Features of a segment, n.
        """

    @abc.abstractmethod
    def compile(self, model, class_counts):
        """Compiles the model with the system's losses and optimiser.

        The target of `class_probabilities` is the label of the video, that of any other
        output is 1 for an anomalous video and 0 for a normal one.

        Args:
            model: what `build` returned.
            class_counts: list of 14 ints, training videos of each class.
        """

    def check(self, data):
        config = self.config
        data.rows(data.training, config.train_crop)
        steps_per_epoch(
            [video.is_anomalous for video in data.training],
            config.anomalous_per_batch,
            config.normal_per_batch,
        )

    def fit(self, data, run):
        self.model, ended = fit_head(self, data, run)
        return ended

    def score(self, data, videos):
        check_feature_dim(self.model.input["features"].shape[-1], data)
        return score_videos(self.model, data.store, videos, self.config.test_crops)

    def save(self, path):
        self.model.save(path)

    def load(self, path):
        self.model = load_keras_file(path)
        if not isinstance(self.model, self.model_class):
            raise RunError(
                f"{path}: expected {self.model_class.__name__}, from a run of the system "
                f"{self.config.system}. Found {type(self.model).__name__}, which needs the "
                "other files of its run"
            )
