"""Stage A, decoding: any video as a stream of upright RGB frames, one at a time."""

import dataclasses
import math
import warnings

import av
import numpy as np

from keras_wsad.errors import VideoError


class DamagedVideoWarning(UserWarning):
    """A video ended early or held parts that do not decode."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class VideoInfo:
    """What a video's container says of it.

    Attributes:
        num_frames: int. Frames, by counting packets; a damaged file may yield fewer.
        fps: float. Mean frames per second.
        width: int. Of a frame as it is stored, before any rotation tag.
        height: int. Likewise.
    """

    num_frames: int
    fps: float
    width: int
    height: int

    @property
    def seconds(self):
        """Length of the video."""
        return self.num_frames / self.fps


def probe_video(path):
    """Reads what the container says of a video, without decoding.

    Args:
        path: str or path.

    Returns:
        A `VideoInfo`.

    Raises:
        VideoError: the file is absent, no video, or holds no frame.
    """
    with _open(path) as container:
        stream = container.streams.video[0]
        context = stream.codec_context
        try:
            num_frames = sum(1 for packet in container.demux(stream) if packet.size)
        except av.FFmpegError:
            # What comes before the damage counts; decoding will warn.
            num_frames = stream.frames
        if not num_frames:
            raise VideoError(f"{path}: the video holds no frame.")
        rate = stream.average_rate or stream.guessed_rate or stream.base_rate
        return VideoInfo(
            num_frames=num_frames,
            fps=float(rate) if rate else 30.0,
            width=context.width,
            height=context.height,
        )


class DecodedFrames:
    """The frames of a video as they are decoded, and afterwards what came of it.

    Iterate over it once. Frames come in the order in which they are shown, whatever their
    times: a variable frame rate needs nothing. Sound is not read. A frame that is passed
    over costs its decoding only; `to_rgb` makes pixels of one.

    Args:
        path: str or path.

    Attributes:
        num_frames: int. Frames decoded so far; all of them after the end.
        damage: str or `None`. What was wrong with the file; known after the end.

    Raises:
        VideoError: the file is absent, no video, or not a frame of it decodes.
    """

    def __init__(self, path):
        self.path = path
        self.num_frames = 0
        self.damage = None

    def __iter__(self):
        broken, seconds, end = 0, 0.0, ""
        with _open(self.path) as container:
            stream = container.streams.video[0]
            stream.thread_type = "AUTO"
            expected, duration = stream.frames, (container.duration or 0) / av.time_base
            packets = container.demux(stream)
            while True:
                try:
                    packet = next(packets, None)
                except av.FFmpegError as error:
                    end = f"; reading stopped there ({error.strerror})"
                    break
                if packet is None:
                    break
                try:
                    frames = packet.decode()
                except av.FFmpegError:
                    broken += 1
                    continue
                for frame in frames:
                    self.num_frames += 1
                    seconds = frame.time or seconds
                    yield frame
        if not self.num_frames:
            raise VideoError(f"{self.path}: expected a video. Not one frame of it decodes.")
        # Some containers do not count frames. They know how long they are, about: sound
        # may go on for a moment longer than the picture.
        cut = not expected and duration - seconds > max(2.0, 0.02 * duration)
        if broken or end or cut or self.num_frames < expected:
            whole = f"{expected} frames" if expected else f"{duration:.1f} s"
            self.damage = (
                f"{self.num_frames} frames decode, up to {seconds:.1f} s, of {whole}; "
                f"{broken} packets do not{end}."
            )


def decode_frames(path, short_side=256):
    """Decodes a video frame by frame, with memory that does not grow with its length.

    Args:
        path: str or path.
        short_side: int or `None`, see `to_rgb`. Defaults to `256`.

    Yields:
        uint8 arrays of shape `(height, width, 3)`, as `to_rgb` makes them.

    Raises:
        VideoError: the file is absent, no video, or not a frame of it decodes.

    Warns:
        DamagedVideoWarning: the video ended early or parts of it did not decode.
    """
    frames = DecodedFrames(path)
    for frame in frames:
        yield to_rgb(frame, short_side)
    if frames.damage:
        warnings.warn(
            f"{path}: damaged. {frames.damage}", DamagedVideoWarning, stacklevel=2
        )


def to_rgb(frame, short_side=256):
    """Makes upright RGB pixels of a decoded frame.

    Grey, 10-bit and other pixel formats become 8-bit RGB, and a rotation tag is applied.

    Args:
        frame: `av.VideoFrame`.
        short_side: int or `None`. Pixels of the shorter side after resizing with the
            aspect ratio kept, `None` to leave the size. Defaults to `256`.

    Returns:
        A uint8 array of shape `(height, width, 3)`.
    """
    width, height = frame.width, frame.height
    if short_side is not None:
        scale = short_side / min(width, height)
        width, height = (max(math.floor(side * scale + 0.5), 1) for side in (width, height))
    rgb = frame.to_ndarray(
        format="rgb24", width=width, height=height, interpolation="BILINEAR"
    )
    # The tag counts degrees against the clock, as numpy does.
    turns = round(frame.rotation / 90) % 4
    return np.rot90(rgb, turns) if turns else rgb


def _open(path):
    try:
        container = av.open(str(path))
    except (av.FFmpegError, OSError, ValueError) as error:
        raise VideoError(f"{path}: expected a video. Cannot be opened: {error}") from error
    if not container.streams.video:
        container.close()
        raise VideoError(f"{path}: expected a video. It has no picture track.")
    return container
