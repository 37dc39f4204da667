"""Mean segment features of videos, for systems without temporal information."""

import numpy as np

from keras_wsad.data import CLASS_NAMES
from keras_wsad.data.crops import average_crops
from keras_wsad.data.crops import rows_of_crops
from keras_wsad.data.feature_groups import mean_features
from keras_wsad.errors import DataError


def score_by_mean_feature(data, videos, config, predict):
    """Gives all segments of a video the score of its mean feature.

    Args:
        data: `ExperimentData`.
        videos: list of `Video`.
        config: `ExperimentConfig`. Gives the number of segments, and of crops to average.
        predict: function of mean features `(rows, features)` that returns scores
            `(rows,)` and class probabilities `(rows, 14)`.

    Returns:
        A dict of `segment_scores` and `class_probabilities`, as `Learner.score` returns.
    """
    rows, owners = rows_of_crops(data.store, videos, config.test_crops)
    scores, probabilities = predict(mean_features(data.store.features, rows))
    scores = average_crops(scores[:, None], owners)
    return {
        "segment_scores": np.repeat(scores, config.num_segments, axis=1),
        "class_probabilities": average_crops(probabilities, owners),
    }


def spread_over_classes(probabilities, classes):
    """Expands probabilities of some classes to all 14, with zeros for the others.

    Args:
        probabilities: float array of shape `(rows, len(classes))`.
        classes: int array, the labels that the columns stand for.
    """
    everything = np.zeros((len(probabilities), len(CLASS_NAMES)), np.float32)
    everything[:, classes] = probabilities
    return everything


def check_both_kinds(videos):
    """Raises if the training videos are all anomalous or all normal.

    Raises:
        DataError: there is no anomalous or no normal video.
    """
    anomalous = sum(video.is_anomalous for video in videos)
    if not 0 < anomalous < len(videos):
        raise DataError(
            "Expected anomalous and normal videos to train on. "
            f"Found {anomalous} and {len(videos) - anomalous}"
        )


def check_feature_dim(feature_dim, data):
    """Raises if the features have another width than the training features.

    Args:
        feature_dim: int. Features of a segment in training.
        data: `ExperimentData`.

    Raises:
        DataError: the data has another width.
    """
    if feature_dim != data.store.feature_dim:
        raise DataError(
            f"Expected {feature_dim} features a segment, as the system was trained on. "
            f"Found {data.store.feature_dim} in the data"
        )
