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


def decode_frames(path, short_side=256):
    """Decodes a video frame by frame, with memory that does not grow with its length.

    Frames come in the order in which they are shown, whatever their times: a variable
    frame rate needs nothing. Grey, 10-bit and other pixel formats become 8-bit RGB, and a
    rotation tag is applied. Sound is not read.

    Args:
        path: str or path.
        short_side: int or `None`. Pixels of the shorter side after resizing with the
            aspect ratio kept, `None` to leave the size. Defaults to `256`.

    Yields:
        uint8 arrays of shape `(height, width, 3)`.

    Raises:
        VideoError: the file is absent, no video, or not a frame of it decodes.

    Warns:
        DamagedVideoWarning: the video ended early or parts of it did not decode.
    """
    decoded = broken = 0
    seconds = 0.0
    end = ""
    with _open(path) as container:
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
                yield _to_rgb(frame, short_side)
                decoded += 1
                seconds = frame.time or seconds
    if not decoded:
        raise VideoError(f"{path}: expected a video. Not one frame of it decodes.")
    # Some containers do not count frames. They know how long they are, about: sound may
    # go on for a moment longer than the picture.
    cut = not expected and duration - seconds > max(2.0, 0.02 * duration)
    if broken or end or cut or decoded < expected:
        whole = f"{expected} frames" if expected else f"{duration:.1f} s"
        warnings.warn(
            f"{path}: damaged. {decoded} frames decode, up to {seconds:.1f} s, of {whole}; "
            f"{broken} packets do not{end}.",
            DamagedVideoWarning,
            stacklevel=2,
        )


def _open(path):
    try:
        container = av.open(str(path))
    except (av.FFmpegError, OSError, ValueError) as error:
        raise VideoError(f"{path}: expected a video. Cannot be opened: {error}") from error
    if not container.streams.video:
        container.close()
        raise VideoError(f"{path}: expected a video. It has no picture track.")
    return container


def _to_rgb(frame, short_side):
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
