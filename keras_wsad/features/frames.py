"""From T segments back to frames, by either alignment."""

import numpy as np

from keras_wsad.errors import ConfigError
from keras_wsad.features.segments import ALIGNMENTS
from keras_wsad.features.segments import segment_boundaries


def frame_boundaries(num_frames, num_segments=32, alignment="release"):
    """Returns the frames at which each segment begins, and the end of the video.

    - `"release"`, as the authors' code does it: every segment has `floor(N / T)` frames,
      and the last one all that remain.
    - `"aligned"`: segment `i` begins at frame `round(i * N / T)`.

    Args:
        num_frames: int. Frames in the video, N.
        num_segments: int. Segments, T. Defaults to `32`.
        alignment: `"release"` or `"aligned"`. Defaults to `"release"`.

    Returns:
        An int array of shape `(num_segments + 1,)`, from 0 to `num_frames`.

    Raises:
        ConfigError: an unknown alignment.

    Example:

    >>> frame_boundaries(11, 4).tolist(), frame_boundaries(11, 4, "aligned").tolist()
    ([0, 2, 4, 6, 11], [0, 3, 6, 8, 11])
    """
    if alignment not in ALIGNMENTS:
        raise ConfigError(f"Expected alignment in {ALIGNMENTS}. Received: {alignment!r}")
    if alignment == "aligned":
        return segment_boundaries(num_frames, num_segments)
    starts = np.arange(num_segments) * (num_frames // num_segments)
    return np.append(starts, num_frames)


def expand_to_frames(segment_scores, num_frames, alignment="release"):
    """Lays the scores of a video's segments over its frames.

    Args:
        segment_scores: array of shape `(segments,)`.
        num_frames: int. Frames in the video.
        alignment: `"release"` or `"aligned"`, see `frame_boundaries`. Defaults to
            `"release"`.

    Returns:
        An array of shape `(num_frames,)`.

    Example:

    >>> expand_to_frames([0.1, 0.9], 5).tolist()
    [0.1, 0.1, 0.9, 0.9, 0.9]
    """
    segment_scores = np.asarray(segment_scores)
    boundaries = frame_boundaries(num_frames, len(segment_scores), alignment)
    return np.repeat(segment_scores, np.diff(boundaries))
