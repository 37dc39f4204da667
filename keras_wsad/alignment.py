"""How T segments lie on the clips and the frames of a video, by either alignment."""

import numpy as np

from keras_wsad.errors import ConfigError

ALIGNMENTS = ("aligned", "release")

#: Frames that no video has: over a month of it.
MOST_FRAMES = 10**8


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


def frame_boundaries(num_frames, num_segments=32, alignment="aligned"):
    """Returns the frames at which each segment begins, and the end of the video.

    - `"release"`, as the authors' code does it: every segment has `floor(N / T)` frames,
      and the last one all that remain.
    - `"aligned"`: segment `i` begins at frame `round(i * N / T)`.

    Args:
        num_frames: int. Frames in the video, N.
        num_segments: int. Segments, T. Defaults to `32`.
        alignment: `"release"` or `"aligned"`. Defaults to `"aligned"`.

    Returns:
        An int array of shape `(num_segments + 1,)`, from 0 to `num_frames`.

    Raises:
        ConfigError: an unknown alignment.

    Example:

    >>> frame_boundaries(11, 4).tolist(), frame_boundaries(11, 4, "release").tolist()
    ([0, 3, 6, 8, 11], [0, 2, 4, 6, 11])
    """
    if alignment not in ALIGNMENTS:
        raise ConfigError(f"Expected alignment in {ALIGNMENTS}. Received: {alignment!r}")
    if alignment == "aligned":
        return segment_boundaries(num_frames, num_segments)
    starts = np.arange(num_segments) * (num_frames // num_segments)
    return np.append(starts, num_frames)


def expand_to_frames(segment_scores, num_frames, alignment="aligned"):
    """Lays the scores of a video's segments over its frames.

    Args:
        segment_scores: array of shape `(segments,)`.
        num_frames: int. Frames in the video.
        alignment: `"release"` or `"aligned"`, see `frame_boundaries`. Defaults to
            `"aligned"`.

    Returns:
        An array of shape `(num_frames,)`.

    Example:

    >>> expand_to_frames([0.1, 0.9], 5).tolist()
    [0.1, 0.1, 0.9, 0.9, 0.9]
    """
    segment_scores = np.asarray(segment_scores)
    boundaries = frame_boundaries(num_frames, len(segment_scores), alignment)
    return np.repeat(segment_scores, np.diff(boundaries))


def frames_of(videos, segment_scores, alignment="aligned"):
    """Lays the labels and the scores of many videos end to end.

    Args:
        videos: list of `Video` with known frame counts.
        segment_scores: array of shape `(videos, segments)`.
        alignment: `"release"` or `"aligned"`. Defaults to `"aligned"`.

    Returns:
        `(frame_labels, frame_scores)`, two arrays of shape `(frames,)`.
    """
    labels = [video.frame_labels() for video in videos]
    scores = [
        expand_to_frames(row, len(label), alignment)
        for row, label in zip(segment_scores, labels, strict=True)
    ]
    return np.concatenate(labels), np.concatenate(scores)


def frames_per_segment(videos, num_segments, alignment):
    """Counts the anomalous and the normal frames of each segment of each video.

    Args:
        videos: list of `Video` with known frame counts.
        num_segments: int.
        alignment: `"release"` or `"aligned"`.

    Returns:
        `(anomalous, normal)`, two int arrays of shape `(videos, segments)`.
    """
    positives, negatives = [], []
    for video in videos:
        edges = frame_boundaries(video.num_frames, num_segments, alignment)
        until = np.concatenate([[0], np.cumsum(video.frame_labels())])[edges]
        positives.append(np.diff(until))
        negatives.append(np.diff(edges) - np.diff(until))
    return np.array(positives), np.array(negatives)
