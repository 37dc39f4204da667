"""Stage A, decoding: any video as a stream of upright RGB frames, one at a time."""

import dataclasses
import math
import warnings

import av
import numpy as np
from av.video.reformatter import VideoReformatter

from keras_wsad.errors import VideoError
from keras_wsad.video.container import check_size
from keras_wsad.video.container import count_frames
from keras_wsad.video.container import ends_early
from keras_wsad.video.container import is_shown
from keras_wsad.video.container import open_video
from keras_wsad.video.container import read_packets
from keras_wsad.video.container import stated_length
from keras_wsad.video.damage import Damage
from keras_wsad.video.damage import DamagedVideoWarning

# Before PyAV 17 there was no choice.
_ONE_THREAD = {"threads": 1} if int(av.__version__.partition(".")[0]) >= 17 else {}


@dataclasses.dataclass(frozen=True, kw_only=True)
class VideoInfo:
    """Metadata of a video's container.

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


def probe_video(path):
    """Reads the metadata of a video's container, without decoding.

    Args:
        path: str or path.

    Returns:
        A `VideoInfo`.

    Raises:
        VideoError: the file is absent, no video, or holds no frame.
    """
    container, stream = open_video(path)
    with container:
        num_frames, fps = count_frames(container, stream)
        if not num_frames:
            raise VideoError(f"{path}: the video holds no frame.")
        return VideoInfo(
            num_frames=num_frames,
            fps=fps,
            width=stream.codec_context.width,
            height=stream.codec_context.height,
        )


class DecodedFrames:
    """Decodes the frames of a video and records damage.

    Iterate over it once. Frames come in the order in which they are shown, whatever their
    times: a variable frame rate needs no special case. Audio is not read. A skipped frame
    costs only its decoding; `to_rgb` converts a frame to pixels.

    Args:
        path: str or path.

    Attributes:
        num_frames: int. Frames decoded so far; all of them after the end.
        damage: str or `None`. What was wrong with the file; known after the end.

    Raises:
        VideoError: the file is absent, no video, or no frame of it decodes.
    """

    def __init__(self, path):
        self.path = path
        self.num_frames = 0
        self.damage = None
        self._reformatter = VideoReformatter()

    def __iter__(self):
        num_packets, end, damage = 0, 0.0, Damage()
        container, stream = open_video(self.path)
        with container:
            # With several threads the result for a damaged frame is not deterministic, and
            # other videos and the network keep the other cores busy.
            stream.thread_type = "NONE"
            begin = float((stream.start_time or 0) * stream.time_base)
            for packet in read_packets(container, stream):
                if packet is None:
                    damage.note("parts cannot be read", end)
                try:
                    frames = stream.decode(packet)
                except av.FFmpegError:
                    frames = []
                    damage.note("packets do not decode", end)
                for frame in frames:
                    check_size(frame, self.path)
                    self.num_frames += 1
                    if frame.is_corrupt:
                        damage.note("frames are patched up", end)
                    yield frame
                if is_shown(packet):
                    num_packets += 1
                    if packet.pts is not None:
                        after = (packet.pts + (packet.duration or 0)) * packet.time_base
                        end = max(end, float(after) - begin)
            if not self.num_frames:
                raise VideoError(f"{self.path}: expected a video. No frame of it decodes.")
            lost = num_packets - damage.count["packets do not decode"] - self.num_frames
            # A container that counts its frames holds one per packet.
            if stream.frames and lost > 0:
                damage.note("frames are lost", end, lost)
            if damage or ends_early(container, stream, num_packets, end):
                length = stated_length(container, stream)
                counted = f" of {stream.frames}" if stream.frames else ""
                found = f"; {damage}" if damage else ""
                self.damage = (
                    f"{self.num_frames}{counted} frames decode, up to {end:.1f} s of "
                    f"{length:.1f} s{found}."
                )

    def to_rgb(self, frame, short_side=256):
        """Converts a frame to upright RGB pixels.

        Grey, 10-bit and other pixel formats become 8-bit RGB, and a rotation tag is
        applied.

        Args:
            frame: one of the frames.
            short_side: int or `None`. Pixels of the shorter side after resizing with the
                aspect ratio kept, `None` to leave the size. Defaults to `256`.

        Returns:
            A uint8 array of shape `(height, width, 3)`.
        """
        width, height = frame.width, frame.height
        if short_side is not None:
            scale = short_side / min(width, height)
            width, height = (
                max(math.floor(side * scale + 0.5), 1) for side in (width, height)
            )
        # One for all frames: setting it up takes longer than converting a small frame.
        converted = self._reformatter.reformat(
            frame,
            width=width,
            height=height,
            format="rgb24",
            interpolation="BILINEAR",
            **_ONE_THREAD,
        )
        return _upright(converted.to_ndarray(), frame)

    def to_grey(self, frame):
        """Converts a frame to upright grey pixels at its own size.

        Args:
            frame: one of the frames.

        Returns:
            A uint8 array of shape `(height, width)`, 0 for black and 255 for white.
        """
        converted = self._reformatter.reformat(frame, format="gray", **_ONE_THREAD)
        return _upright(converted.to_ndarray(), frame)


def decode_frames(path, short_side=256):
    """Decodes a video frame by frame, with memory that does not grow with its length.

    Args:
        path: str or path.
        short_side: int or `None`, see `DecodedFrames.to_rgb`. Defaults to `256`.

    Yields:
        uint8 arrays of shape `(height, width, 3)`, as `DecodedFrames.to_rgb` makes them.

    Raises:
        VideoError: the file is absent, no video, or no frame of it decodes.

    Warns:
        DamagedVideoWarning: the video ended early or parts of it did not decode.
    """
    frames = DecodedFrames(path)
    for frame in frames:
        yield frames.to_rgb(frame, short_side)
    if frames.damage:
        warnings.warn(
            f"{path}: damaged. {frames.damage}", DamagedVideoWarning, stacklevel=2
        )


def _upright(pixels, frame):
    # The tag counts degrees counter-clockwise, as numpy does.
    turns = round(frame.rotation / 90) % 4
    return np.rot90(pixels, turns) if turns else pixels
