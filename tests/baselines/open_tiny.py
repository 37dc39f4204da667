import dataclasses

from keras_wsad.config import ExperimentConfig
from keras_wsad.data import open_experiment_data


def open_tiny(settings, **changes):
    """Returns the configuration and the data of the tiny settings."""
    config = ExperimentConfig(**{**settings, **changes})
    return config, open_experiment_data(config)


def with_features(data, features):
    """Returns the data with other features in place of both kinds.

    Args:
        data: `ExperimentData`.
        features: float array of shape `(rows, segments, features)`.
    """
    store = data.store

    class Other:
        videos = store.videos
        feature_dim = features.shape[-1]

    Other.features = Other.normalized_features = features
    return dataclasses.replace(data, store=Other)
