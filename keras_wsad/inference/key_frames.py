"""Chooses the key frames of a video."""

import numpy as np


def choose_key_segments(segment_scores, boundaries=None, peaks=3):
    """Chooses the segments of the highest peaks, and the lowest one to compare with.

    Peaks are taken from the highest down, each at least an eighth of the video away from
    those before it.

    Args:
        segment_scores: float array of shape `(segments,)`.
        boundaries: int array of shape `(segments + 1,)`, in frames, or `None`. Segments
            without a frame cannot be shown. Defaults to `None`.
        peaks: int. Defaults to `3`.

    Returns:
        A sorted list of at most `peaks + 1` segments.

    Example:

    >>> choose_key_segments([0.2, 0.9, 0.8, 0.1, 0.3, 0.7], peaks=2)
    [1, 3, 5]
    """
    scores = np.asarray(segment_scores, np.float64)
    if boundaries is None:
        boundaries = np.arange(len(scores) + 1)
    visible = np.flatnonzero(np.diff(boundaries))
    apart = max(len(scores) // 8, 2)
    lowest = int(visible[np.argmin(scores[visible])])
    chosen = []
    for segment in visible[np.argsort(-scores[visible], kind="stable")]:
        if all(abs(segment - other) >= apart for other in chosen):
            chosen.append(int(segment))
        if len(chosen) == peaks:
            break
    return sorted({*chosen, lowest})


def middle_frames(boundaries, segments):
    """Returns the frame in the middle of each of some segments, a list of ints."""
    return [int(boundaries[i] + boundaries[i + 1]) // 2 for i in segments]
