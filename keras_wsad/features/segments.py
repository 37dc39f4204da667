"""From K clips to T segments: pooling, its two alignments, and clip-wise normalisation."""

import numpy as np

from keras_wsad.errors import ConfigError

ALIGNMENTS = ("aligned", "release")
REDUCTIONS = ("max", "mean")


def segment_boundaries(length, num_segments=32):
    """Cuts `length` things into equal parts: `b_i = round(i * length / num_segments)`.

    Ties round to the even number, as numpy and Python do.

    Args:
        length: int. Clips or frames to cut.
        num_segments: int. Parts, T. Defaults to `32`.

    Returns:
        An int array of shape `(num_segments + 1,)`, from 0 to `length`.

    Example:

    >>> segment_boundaries(10, 4).tolist()
    [0, 2, 5, 8, 10]
    """
    # The product is exact and the division rounds once: a tie is seen as one.
    return np.rint(np.arange(num_segments + 1) * length / num_segments).astype(int)


def pool_segments(clips, num_segments=32, reduce="max", alignment="release"):
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
        alignment: `"release"` or `"aligned"`. Defaults to `"release"`.

    Returns:
        An array of shape `(..., num_segments, features)`.

    Raises:
        ConfigError: an unknown option, or an array without clips.

    Example:

    >>> import numpy as np
    >>> pool_segments(np.arange(5.0)[:, None], num_segments=2).ravel().tolist()
    [1.0, 3.0]
    >>> clips = np.arange(5.0)[:, None]
    >>> pool_segments(clips, num_segments=2, alignment="aligned").ravel().tolist()
    [1.0, 4.0]

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


def clip_ranges(num_clips, num_segments, alignment):
    """Returns the first and past-the-last clip of each segment, two int arrays.

    Args:
        num_clips: int. Clips in the video, K.
        num_segments: int. Segments, T.
        alignment: `"release"` or `"aligned"`, as `pool_segments` explains them.
    """
    segments = np.arange(num_segments)
    if alignment == "release":
        per_segment = max(num_clips // num_segments, 1)
        starts = np.minimum(segments * per_segment, num_clips - 1)
        return starts, starts + per_segment
    boundaries = segment_boundaries(num_clips, num_segments)
    starts, ends = boundaries[:-1], boundaries[1:]
    centres = (2 * segments + 1) * num_clips // (2 * num_segments)
    empty = starts == ends
    starts = np.where(empty, centres, starts)
    return starts, np.where(empty, centres + 1, ends)


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
