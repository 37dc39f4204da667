"""Stage A, clips: where they begin, and reading them."""

import collections
import itertools
import warnings

import numpy as np

from keras_wsad.errors import ConfigError
from keras_wsad.video.crops import short_side_of
from keras_wsad.video.decode import DamagedVideoWarning
from keras_wsad.video.decode import DecodedFrames
from keras_wsad.video.decode import probe_video
from keras_wsad.video.frame_crops import FrameCrops
from keras_wsad.video.frame_crops import cut_clip


def clip_starts(num_frames, length=64, stride=64, num_segments=None):
    """Returns the frames at which the clips of a video begin.

    Clips begin at every `stride`-th frame as long as they fit; tail frames that do not fill
    a clip are left out. A video shorter than a clip is one clip.

    With fewer clips than segments, some segments would have no clip of their own. With
    `num_segments`, as in the preset `paper`, one clip is then centred on each segment
    instead, shifted where needed to lie within the video.

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


class ClipReader:
    """Reads the clips of a video, decoding it once, and counts its frames.

    The shorter side of a frame is resized to `size * 256 / 224`, as I3D's authors do, and
    crops are cut out of it. A video shorter than a clip is padded with its last frame. The
    frames of one clip are held at a time; frames that are in no clip are decoded and
    counted, but not converted.

    Where clips begin may depend on the number of frames, which for a damaged file is known
    only after decoding. `is_right` is then false, and a second reader with the `num_frames`
    of the first reads the right clips.

    Args:
        path: str or path. The video.
        length: int. Frames in a clip. Defaults to `64`.
        stride: int. Frames from one clip to the next. Defaults to `64`.
        num_segments: int or `None`, see `clip_starts`. Defaults to `None`.
        crops: `1`, `5` or `10`, see `FrameCrops`. Defaults to `1`.
        size: int. Side of a crop in pixels. Defaults to `224`.
        num_frames: int or `None`. Expected frames; `None` for the container's count.
            Defaults to `None`.

    Attributes:
        fps: float. Mean frames per second.
        num_frames: int. Frames decoded so far; all of them after the end.
        damage: str or `None`. What was wrong with the file; known after the end.

    Raises:
        VideoError: the file is no video.
    """

    def __init__(
        self,
        path,
        length=64,
        stride=64,
        num_segments=None,
        crops=1,
        size=224,
        num_frames=None,
    ):
        info = probe_video(path)
        self.fps = info.fps
        self._options = {"length": length, "stride": stride, "num_segments": num_segments}
        self._planned_frames = num_frames or info.num_frames
        self._planned = clip_starts(self._planned_frames, **self._options)
        self._crops, self._size = crops, size
        self._frames = DecodedFrames(path)
        self._given = []
        self._is_closed = False

    @property
    def num_frames(self):
        return self._frames.num_frames

    @property
    def damage(self):
        return self._frames.damage

    @property
    def planned_clips(self):
        """The expected number of clips, if the container's frame count is right."""
        return len(self._planned)

    @property
    def starts(self):
        """The frames at which the clips yielded so far begin, an int array."""
        return np.array(self._given, int)

    @property
    def is_right(self):
        """Whether the clips that were read are those of a video of `num_frames` frames."""
        expected = clip_starts(self.num_frames, **self._options)
        return np.array_equal(expected, self.starts)

    def close(self):
        """Stops reading at the next frame. May be called from any thread."""
        self._is_closed = True

    def __iter__(self):
        """Yields `(start, times, clip)`.

        A short video may have identical clips; they are yielded once, with their count,
        `times`. A clip is a uint8 array `(crops, length, size, size, 3)`.
        """
        for start, times, frames in self.windows():
            shape = (self._crops, len(frames), self._size, self._size, 3)
            clip = np.empty(shape, np.uint8)
            for number in range(self._crops):
                cut_clip(frames, number, clip[number])
            yield start, times, clip

    def windows(self):
        """Yields `(start, times, frames)`, the frames of a clip as a list of `FrameCrops`.

        With many crops this takes less memory: each is cut on demand.
        """
        length, stride = self._options["length"], self._options["stride"]
        at_every_stride = clip_starts(self._planned_frames, length, stride)
        if np.array_equal(self._planned, at_every_stride):
            # Clips at every stride: they go on as long as there are frames.
            starts = zip(itertools.count(0, stride), itertools.repeat(1), strict=False)
        else:
            starts = zip(*np.unique(self._planned, return_counts=True), strict=True)
        start, times = next(starts)
        recent = collections.deque(maxlen=length)
        for index, frame in enumerate(self._frames):
            if self._is_closed:
                return
            if start is None or index < start:
                continue
            rgb = self._frames.to_rgb(frame, short_side_of(self._size))
            recent.append(FrameCrops(rgb, self._size, self._crops))
            while start is not None and index + 1 == start + length:
                yield self._give(start, times, recent)
                start, times = next(starts, (None, 0))
        if self.num_frames < length and start == 0:
            recent.extend([recent[-1]] * (length - self.num_frames))
            yield self._give(start, times, recent)

    def _give(self, start, times, frames):
        self._given += [int(start)] * int(times)
        return int(start), int(times), list(frames)


def read_clips(path, **options):
    """Reads the clips of a video, decoding it once and holding one clip at a time.

    With `num_segments` the clips of a damaged video may be misplaced; `ClipReader.is_right`
    tells, and `keras_wsad.features.extract_clips` reads it again.

    Args:
        path: str or path. The video.
        **options: the arguments of `ClipReader`.

    Yields:
        `(start, clip)`: the first frame, and a uint8 array of shape
        `(crops, length, size, size, 3)`, as an `OpenBackbone` takes it.

    Raises:
        VideoError: the file is no video.

    Warns:
        DamagedVideoWarning: the video ended early or parts of it did not decode.
    """
    reader = ClipReader(path, **options)
    for start, times, clip in reader:
        for _ in range(times):
            yield start, clip
    if reader.damage:
        warnings.warn(
            f"{path}: damaged. {reader.damage}", DamagedVideoWarning, stacklevel=2
        )


def scale_pixels(clips):
    """Scales pixels from 0..255 to -1..1, as `I3D` and `Compact` take them.

    The scaling of other backbones is in `keras_wsad.backbones.BACKBONES`; an `OpenBackbone`
    takes unscaled clips.

    Args:
        clips: uint8 array.

    Returns:
        A float32 array of the same shape.

    Example:

    >>> scale_pixels(np.array([0, 255], np.uint8)).tolist()
    [-1.0, 1.0]
    """
    return np.asarray(clips, np.float32) * np.float32(2 / 255) - np.float32(1)
