"""Features of clips: from videos, from files, pooled into segments, cached in a store."""

from keras_wsad.lazy import on_demand

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

__getattr__ = on_demand(
    __name__,
    {
        "extract_clips": "extract",
        "Extraction": "extraction",
        "read_features": "formats",
        "normalize_clips": "segments",
        "pool_segments": "segments",
        "FeatureStore": "store",
        "open_store": "store",
        "VideoFeatures": "video_features",
    },
)
