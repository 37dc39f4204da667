"""From K clips to T segments: pooling and clip-wise normalisation."""

import numpy as np

from keras_wsad.alignment import ALIGNMENTS
from keras_wsad.alignment import clip_ranges
from keras_wsad.errors import ConfigError

REDUCTIONS = ("max", "mean")


def pool_segments(clips, num_segments=32, reduce="max", alignment="aligned"):
    """Pools the clips of a video into a fixed number of temporal segments.

    Two alignments:

    - `"release"`, as the authors' code does it: segment `i` covers the clips
      `[i * j, (i + 1) * j)` with `j = floor(K / T)`, the `K - T * j` clips of the tail
      are dropped, and a video with fewer clips than segments repeats its last clip.
    - `"aligned"`, which drops and shifts nothing: segment `i` covers the clips from
      `round(i * K / T)` to `round((i + 1) * K / T)`; a segment without a clip takes the
      clip that lies at its centre.

    Args:
        clips: array of shape `(K, features)` or `(..., K, features)`, at least one clip.
        num_segments: int. Segments, T. Defaults to `32`.
        reduce: `"max"` (section III.B of the paper) or `"mean"`. Defaults to `"max"`.
        alignment: `"release"` or `"aligned"`. Defaults to `"aligned"`.

    Returns:
        An array of shape `(..., num_segments, features)`.

    Raises:
        ConfigError: an unknown option, or an array without clips.

    Example:

    >>> import numpy as np
    >>> pool_segments(np.arange(5.0)[:, None], num_segments=2).ravel().tolist()
    [1.0, 4.0]
    >>> clips = np.arange(5.0)[:, None]
    >>> pool_segments(clips, num_segments=2, alignment="release").ravel().tolist()
    [1.0, 3.0]

    Reference:
        - Majhi et al., FG 2021, section III.B.
    """
    clips = np.asarray(clips)
    if clips.ndim < 2 or not clips.shape[-2]:
        raise ConfigError(
            "Expected clips of shape (K, features), K at least 1. "
            f"Received: shape={clips.shape}"
        )
    if num_segments < 1 or reduce not in REDUCTIONS or alignment not in ALIGNMENTS:
        raise ConfigError(
            f"Expected num_segments >= 1, reduce in {REDUCTIONS}, alignment in "
            f"{ALIGNMENTS}. Received: {num_segments}, {reduce!r}, {alignment!r}"
        )
    starts, ends = clip_ranges(clips.shape[-2], num_segments, alignment)
    pool = np.max if reduce == "max" else np.mean
    pooled = [
        pool(clips[..., start:end, :], axis=-2)
        for start, end in zip(starts, ends, strict=True)
    ]
    return np.stack(pooled, axis=-2)


def normalize_clips(clips):
    """Scales each clip's feature vector to unit L2 norm; an all-zero one stays zero.

    Args:
        clips: array of shape `(..., features)`.

    Returns:
        A float32 array of the same shape.
    """
    clips = np.asarray(clips, dtype=np.float32)
    norms = np.linalg.norm(clips, axis=-1, keepdims=True)
    return clips / np.maximum(norms, np.finfo(np.float32).tiny)
