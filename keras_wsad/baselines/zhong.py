import itertools
import logging
import pathlib
from typing import ClassVar

import keras
import numpy as np

from keras_wsad.baselines.keras_file import load_keras_file
from keras_wsad.baselines.label_cleaning import check_finite
from keras_wsad.baselines.label_cleaning import clean_labels
from keras_wsad.baselines.label_cleaning import predict_rows
from keras_wsad.baselines.label_noise_cleaner import label_noise_cleaner
from keras_wsad.baselines.mean_feature import check_feature_dim
from keras_wsad.baselines.system import System
from keras_wsad.data.crops import average_crops
from keras_wsad.data.crops import rows_of_crops
from keras_wsad.data.pipelines import epoch_schedule
from keras_wsad.errors import ConfigError
from keras_wsad.metrics import video_level_auc
from keras_wsad.progress import track

_logger = logging.getLogger(__name__)

# Classifier trainings: on the video's label, and on labels cleaned once and twice.
_ROUNDS = 3
_DROPOUT_SAMPLES = 8
_FILE = "classifier.keras"


class Zhong(System):
    """An action classifier and a graph network that cleans its labels, in turns.

    A classifier is trained on segments that all carry the label of their video, which is
    wrong for most segments of an anomalous one. A cleaner then learns, video by video, the
    confident predictions of the classifier; its graphs propagate them to similar and to
    nearby segments. The cleaner's outputs are the labels for the next training of the
    classifier. Only the classifier scores test videos.

    Confirmed by the released code: the cleaner (`label_noise_cleaner`) and a new one each
    time; the confident segments of an anomalous video, those 30 % whose predictions vary
    least over crops, all of a normal video; their targets, the classifier's mean
    predictions; cross-entropy on them, and for anomalous videos the mean distance to a
    running mean of the cleaner's own predictions, weight 0.5, that begins with the
    classifier's; cleaned labels of a video stretched to the range from zero to one;
    dropout 0.6 and weight decay 5e-4, which is an L2 penalty of 2.5e-4. Stored results of
    that code are named after a first and a second cleaning.

    Different here, since only features are available: the published classifier is a whole
    C3D or TSN network, fine-tuned from pixels; here it is a perceptron of 512 and 32 units
    on segment features, as in Sultani et al., and the cleaner sees the same features. With
    one crop, predictions vary over 8 passes with dropout instead. This project's choices:
    Adam for both, where the cleaner was trained by SGD; batches of the joint model; as many
    steps for the cleaner as for the classifier after it; three rounds, which share `steps`
    evenly; normal videos keep their label; and the round that is kept is the best by
    video-level AUC on the held-out videos, or the last by `checkpoint_rule`. How labels are
    cleaned is in `label_cleaning`.

    Args:
        config: `ExperimentConfig`.

    Reference:
        - [Zhong et al., 2019](https://arxiv.org/abs/1903.07256)
    """

    title = "Zhong et al., CVPR 2019"
    published: ClassVar = {"kernel_l2": 2.5e-4}
    settings = (
        "train_crop",
        "test_crops",
        "dropout",
        "kernel_l2",
        "learning_rate",
        "steps",
        "anomalous_per_batch",
        "normal_per_batch",
        "batch_order",
        "checkpoint_rule",
        "precision",
    )
    from_preset = ("learning_rate",)

    def fit(self, data, run):
        config, store = self.config, data.store
        videos = data.training
        is_anomalous = np.array([video.is_anomalous for video in videos])
        rows = np.array(data.rows(videos, config.train_crop))
        crops = min(len(store.videos[video.name]) for video in videos)
        self._check_settings(crops)
        if crops > 1:
            samples = np.array([data.rows(videos, crop) for crop in range(crops)])
        else:
            samples = np.tile(rows, (_DROPOUT_SAMPLES, 1))

        self.classifier = self._classifier(store.feature_dim)
        best, weights = None, None
        labels = np.repeat(is_anomalous[:, None], config.num_segments, axis=1)
        labels = labels.astype(np.float32)
        batches = self._batches(is_anomalous)
        for number in range(_ROUNDS):
            steps = (
                config.steps * (number + 1) // _ROUNDS - config.steps * number // _ROUNDS
            )
            name = f"{number + 1} of {_ROUNDS}"
            if number:
                predicted = self._predict(store.features, samples.ravel(), crops == 1)
                predicted = predicted.reshape(*samples.shape, -1)
                cleaner = label_noise_cleaner(
                    *self.classifier.input_shape[1:],
                    learning_rate=config.learning_rate,
                    dropout=config.dropout,
                    kernel_l2=config.kernel_l2,
                )
                batch = itertools.islice(batches, steps)
                batch = track(batch, f"Cleaner {name}", steps)
                labels = clean_labels(
                    cleaner, store.features, rows, is_anomalous, predicted, batch
                )
            batch = itertools.islice(batches, steps)
            for indices in track(batch, f"Classifier {name}", steps):
                loss = self.classifier.train_on_batch(
                    store.features[rows[indices]], labels[indices]
                )
                check_finite(loss, f"the classifier, round {name}")
            value = self._held_out(data)
            if np.isfinite(value):
                _logger.info("classifier %s: held-out video AUC %.4f", name, value)
            if best is None or value >= best:
                best, weights = value, self.classifier.get_weights()
        self.classifier.set_weights(weights)

    def score(self, data, videos):
        check_feature_dim(self.classifier.input_shape[-1], data)
        rows, owners = rows_of_crops(data.store, videos, self.config.test_crops)
        scores = self._predict(data.store.features, rows)
        return {"segment_scores": average_crops(scores, owners)}

    def save(self, path):
        pathlib.Path(path).mkdir(exist_ok=True)
        # Without the optimizer, which is no longer needed.
        copy = keras.models.clone_model(self.classifier)
        copy.set_weights(self.classifier.get_weights())
        copy.save(pathlib.Path(path, _FILE))

    def load(self, path):
        path = pathlib.Path(path, _FILE)
        self.classifier = load_keras_file(path)

    def _check_settings(self, crops):
        if self.config.checkpoint_rule == "best_on_test":
            raise ConfigError(
                "zhong chooses among its rounds by best_on_validation or last. "
                "Received: checkpoint_rule=best_on_test"
            )
        if crops == 1 and not self.config.dropout:
            raise ConfigError(
                "zhong needs predictions that vary: several crops of each training video "
                "or dropout above 0. Received: one crop, dropout=0"
            )

    def _classifier(self, feature_dim):
        config = self.config
        penalty = keras.regularizers.L2(config.kernel_l2)
        classifier = keras.Sequential(
            [
                keras.Input((config.num_segments, feature_dim)),
                keras.layers.Dense(512, "relu", kernel_regularizer=penalty),
                keras.layers.Dropout(config.dropout),
                keras.layers.Dense(32, kernel_regularizer=penalty),
                keras.layers.Dropout(config.dropout),
                keras.layers.Dense(1, "sigmoid", kernel_regularizer=penalty),
                keras.layers.Flatten(),
            ]
        )
        classifier.compile(
            optimizer=keras.optimizers.Adam(config.learning_rate),
            loss="binary_crossentropy",
            jit_compile=False,
        )
        return classifier

    def _batches(self, is_anomalous):
        config = self.config
        for epoch in itertools.count():
            yield from epoch_schedule(
                is_anomalous,
                epoch,
                anomalous_per_batch=config.anomalous_per_batch,
                normal_per_batch=config.normal_per_batch,
                order=config.batch_order,
                seed=config.seed,
            )

    def _predict(self, features, rows, with_dropout=False):
        return predict_rows(
            lambda batch: self.classifier(batch, training=with_dropout), features, rows
        )

    def _held_out(self, data):
        """Evaluates the current classifier; without held-out videos the last round wins."""
        if self.config.checkpoint_rule == "last" or not data.validation:
            return np.inf
        is_anomalous = [video.is_anomalous for video in data.validation]
        scores = self.score(data, data.validation)["segment_scores"]
        return video_level_auc(is_anomalous, scores)
