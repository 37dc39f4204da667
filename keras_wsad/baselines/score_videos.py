"""Scores the videos of a feature store with a model."""

import math

import numpy as np

from keras_wsad.data.crops import average_crops
from keras_wsad.data.crops import rows_of_crops

_BATCH = 64


def score_videos(model, store, videos, crops=5):
    """Runs a model on videos of a store and averages its outputs over their crops.

    Args:
        model: `keras.Model`, as `Head.build` returns it.
        store: `FeatureStore`.
        videos: list of `Video`, each with features in the store.
        crops: int. Crops to use of each video, at most. Defaults to `5`.

    Returns:
        A dict of the model's outputs as float32 arrays, the first axis the videos.
    """
    rows, owners = rows_of_crops(store, videos, crops)
    # Batches of one size, so that they compile once: the last is padded, as little as can
    # be.
    num_batches = math.ceil(len(rows) / _BATCH)
    batch_size = math.ceil(len(rows) / num_batches)
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
        outputs[name] = average_crops(by_row, owners)
    return outputs
