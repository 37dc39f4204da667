"""Feature files: readers, pooling into segments, and the store that caches both."""

from keras_wsad.features.formats import read_features
from keras_wsad.features.segments import normalize_clips
from keras_wsad.features.segments import pool_segments
from keras_wsad.features.store import FeatureStore
from keras_wsad.features.store import open_store

__all__ = [
    "FeatureStore",
    "normalize_clips",
    "open_store",
    "pool_segments",
    "read_features",
]
