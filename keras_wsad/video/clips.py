"""Stage A, clips: which frames a clip begins at, and the clips themselves."""

import collections

import numpy as np

from keras_wsad.errors import ConfigError
from keras_wsad.video.crops import short_side_of
from keras_wsad.video.crops import take_crops
from keras_wsad.video.decode import decode_frames
from keras_wsad.video.decode import probe_video


def clip_starts(num_frames, length=64, stride=64, num_segments=None):
    """Returns the frames at which the clips of a video begin.

    Clips begin at every `stride`-th frame as long as they fit; the frames of the tail that
    do not fill a clip are in none. A video shorter than a clip is one clip.

    Where there are fewer clips than segments, some segments would have none of their own.
    With `num_segments`, as in the preset `paper`, one clip is then centred on each
    segment instead, moved as far as it must be to lie within the video.

    Args:
        num_frames: int. Frames in the video, at least 1.
        length: int. Frames in a clip. Defaults to `64`.
        stride: int. Frames from one clip to the next. Defaults to `64`.
        num_segments: int or `None`. Segments that shall each have a clip. Defaults to
            `None`, as in the preset `release`.

    Returns:
        A sorted int array.

    Raises:
        ConfigError: a number below 1.

    Example:

    >>> clip_starts(200).tolist(), clip_starts(200, num_segments=4).tolist()
    ([0, 64, 128], [0, 43, 93, 136])
    """
    for name, number in (
        ("num_frames", num_frames),
        ("length", length),
        ("stride", stride),
        ("num_segments", 1 if num_segments is None else num_segments),
    ):
        if number < 1:
            raise ConfigError(f"Expected {name} >= 1. Received: {number}")
    last = max(num_frames - length, 0)
    starts = np.arange(0, last + 1, stride)
    if num_segments is None or len(starts) >= num_segments:
        return starts
    centres = (np.arange(num_segments) + 0.5) * num_frames / num_segments
    return np.clip(np.rint(centres - length / 2), 0, last).astype(int)


def read_clips(path, length=64, stride=64, num_segments=None, crops=1, size=224):
    """Reads the clips of a video, decoding it once and holding one clip at a time.

    The shorter side of a frame is resized to `size * 256 / 224`, as I3D's authors do, and
    crops are cut out of it. A video shorter than a clip is filled up with its last frame.

    Args:
        path: str or path. The video.
        length: int. Frames in a clip. Defaults to `64`.
        stride: int. Frames from one clip to the next. Defaults to `64`.
        num_segments: int or `None`, see `clip_starts`. Defaults to `None`.
        crops: `1`, `5` or `10`, see `take_crops`. Defaults to `1`.
        size: int. Side of a crop in pixels. Defaults to `224`.

    Yields:
        `(start, clip)`: the first frame, and a uint8 array of shape
        `(crops, length, size, size, 3)`. `scale_pixels` makes it what a backbone takes.

    Raises:
        VideoError: the file is no video.
    """
    num_frames = probe_video(path).num_frames
    pending = collections.deque(clip_starts(num_frames, length, stride, num_segments))
    recent = collections.deque(maxlen=length)
    decoded = 0
    for frame in decode_frames(path, short_side=short_side_of(size)):
        recent.append(take_crops(frame, size, crops))
        decoded += 1
        # Several clips may begin at one frame, in a video of few frames.
        while pending and decoded == pending[0] + length:
            yield int(pending.popleft()), np.stack(recent, axis=1)
        if not pending:
            # The tail that fills no clip need not be decoded.
            return
    if decoded < length:
        # Shorter than a clip: every clip that was planned is the whole video.
        recent.extend([recent[-1]] * (length - decoded))
        for start in pending:
            yield int(start), np.stack(recent, axis=1)


def scale_pixels(clips):
    """Scales pixels from 0..255 to -1..1, as the backbones take them.

    Args:
        clips: uint8 array.

    Returns:
        A float32 array of the same shape.

    Example:

    >>> scale_pixels(np.array([0, 255], np.uint8)).tolist()
    [-1.0, 1.0]
    """
    return np.asarray(clips, np.float32) * np.float32(2 / 255) - np.float32(1)
