"""Features of clips: from videos, from files, pooled into segments, cached in a store."""

from keras_wsad.features.extract import extract_clips
from keras_wsad.features.extraction import Extraction
from keras_wsad.features.formats import read_features
from keras_wsad.features.segments import normalize_clips
from keras_wsad.features.segments import pool_segments
from keras_wsad.features.store import FeatureStore
from keras_wsad.features.store import open_store
from keras_wsad.features.video_features import VideoFeatures

__all__ = [
    "Extraction",
    "FeatureStore",
    "VideoFeatures",
    "extract_clips",
    "normalize_clips",
    "open_store",
    "pool_segments",
    "read_features",
]
