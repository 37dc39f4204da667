"""Stage A, opening: which files are videos, their packets, and their stated length."""

import contextlib
import math
import os
import re

import av
from av.stream import Disposition

from keras_wsad.errors import VideoError
from keras_wsad.files import check_regular
from keras_wsad.video.declared_samples import declared_samples

# Codecs that render text files as pictures.
_TEXT = ("ansi", "bintext", "idf", "xbin")
# All formats but those that lead to other files or to the network.
_FORMATS = ",".join(
    av.formats_available - {"concat", "dash", "hls", "imf", "lavfi", "rtp", "rtsp", "sdp"}
)
# Titles may be in any encoding. PyAV 19 reads them all, and has no such option any more.
_PYAV = int(av.__version__.partition(".")[0])
_ANY_TITLE = {"metadata_errors": "replace"} if _PYAV < 19 else {}
# Pixels of a frame, twice those of 8K, and how much longer one side may be than the other:
# the shorter is resized to a fixed size, and the longer with it.
_MOST_PIXELS = 2**26
_MOST_STRETCHED = 32


def shown_source(source):
    """Returns a path or a URL as it may be shown: without user, password and query.

    Example:

    >>> shown_source("rtsp://admin:secret@camera:554/main?token=1")
    'rtsp://camera:554/main'
    """
    text = str(source)
    if "://" not in text:
        return text
    return re.sub(r"(?<=://)[^/?]*@", "", text).partition("?")[0]


def open_video(path, **options):
    """Opens a video.

    Args:
        path: str or path, or a URL.
        **options: of `av.open`, such as `timeout`, for a device or a stream.

    Returns:
        `(container, stream)`: an open container of PyAV, to be closed, and its picture
        track; where there are several, the one that FFmpeg would play.

    Raises:
        VideoError: the file is absent, no video, or its codec is unknown; or frames have a
            size that no camera has.
    """
    name, shown = str(path), shown_source(path)
    # A device is a file only to the system.
    is_file = "://" not in name and "format" not in options
    try:
        if is_file:
            check_regular(path)
            samples, size = declared_samples(path), os.stat(path).st_size
            if samples > size:
                raise VideoError(
                    f"{shown}: expected a video. It declares {samples} samples in "
                    f"{size} bytes."
                )
            options["options"] = {"format_whitelist": _FORMATS}
            # A colon in the name, as in 12:30.mp4, would end the name of a protocol.
            name = f"file:{name}"
        container = av.open(name, **_ANY_TITLE, **options)
    except VideoError:
        raise
    except (av.FFmpegError, OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise VideoError(
            f"{shown}: expected a video. Cannot be opened: {reason}"
        ) from error
    try:
        stream = container.streams.best("video")
        if stream is None or stream.disposition & Disposition.attached_pic:
            raise VideoError(f"{shown}: expected a video. It has no picture track.")
        if stream.codec_context is None:
            raise VideoError(f"{shown}: expected a video. Its codec is unknown.")
        coding, kind = stream.codec_context.name, container.format.name
        if coding in _TEXT:
            raise VideoError(f"{shown}: expected a video. It is text.")
        if kind == "image2" or kind.endswith("_pipe"):
            raise VideoError(f"{shown}: expected a video. It is a picture.")
        check_size(stream.codec_context, shown)
        # A decoder learns the size from the stream, where it may be another.
        stream.codec_context.options = {"max_pixels": str(_MOST_PIXELS)}
    except VideoError:
        container.close()
        raise
    return container, stream


def check_size(picture, path):
    """Raises if frames are larger or more stretched than those of any camera.

    Args:
        picture: a frame or a codec context of PyAV, with `width` and `height`; 0 where it
            is not known yet.
        path: str or path. The video, for the error message.

    Raises:
        VideoError: they are.
    """
    short, long = sorted((picture.width, picture.height))
    if short * long > _MOST_PIXELS or long > _MOST_STRETCHED * short > 0:
        raise VideoError(
            f"{shown_source(path)}: expected a video of at most {_MOST_PIXELS} pixels a "
            f"frame, one side at most {_MOST_STRETCHED} times the other. "
            f"Received: {picture.width} x {picture.height}"
        )


@contextlib.contextmanager
def decoding(path):
    """Turns what the libraries raise for an odd video into the project's own error.

    Args:
        path: str or path. The video that is decoded in the block.

    Raises:
        VideoError: FFmpeg cannot decode or scale it, or it does not fit into memory.
    """
    try:
        yield
    except (av.FFmpegError, MemoryError, OverflowError, UnicodeError) as error:
        # The text of an error of FFmpeg would name a URL with its password.
        reason = getattr(error, "strerror", None) or str(error) or "not enough memory"
        raise VideoError(
            f"{path}: expected a video. Cannot be decoded: {reason}"
        ) from error


def read_packets(container, stream):
    """Yields the packets of a track; where reading fails, yields `None` and stops.

    `None` makes a decoder flush its buffered frames.

    Args:
        container: as `open_video` gives it.
        stream: likewise.
    """
    try:
        yield from container.demux(stream)
    except av.FFmpegError:
        yield None


def is_shown(packet):
    """Whether a packet holds a frame that is shown, and does not only flush the decoder."""
    # A cut without re-encoding keeps frames that only serve to decode the rest.
    return packet is not None and packet.size > 0 and not packet.is_discard


def stated_length(container, stream):
    """Returns the duration that a video states, in seconds, or `0.0`.

    Args:
        container: as `open_video` gives it.
        stream: likewise.
    """
    if stream.duration:
        return float(stream.duration * stream.time_base)
    tag = stream.metadata.get("DURATION", "").split(":")
    try:
        # Matroska states it as text, 00:00:10.000000000.
        hours, minutes, seconds = (float(part) for part in tag)
        return 3600 * hours + 60 * minutes + seconds
    except ValueError:
        # The duration of the longest track, which may be audio.
        return (container.duration or 0) / av.time_base


def count_frames(container, stream):
    """Counts the packets that are shown, and measures their mean rate.

    Args:
        container: as `open_video` gives it.
        stream: likewise.

    Returns:
        `(num_frames, fps)`, an int and a float.
    """
    stated = stream.average_rate or stream.guessed_rate or stream.base_rate
    stated = float(stated) if stated else 30.0
    count, first, last, decoded = 0, math.inf, -math.inf, -math.inf
    in_order = True
    for packet in read_packets(container, stream):
        if is_shown(packet):
            count += 1
            # Matroska lacks the decoding time of some frames.
            after = decoded if packet.dts is None else packet.dts
            if packet.pts is None or after < decoded:
                # Timestamps that jump back, as in joined files, give no rate.
                in_order = False
            else:
                first, last = min(first, packet.pts), max(last, packet.pts)
            decoded = after
    if not in_order or last <= first:
        return count, stated
    measured = (count - 1) / float((last - first) * stream.time_base)
    # Timestamps are rounded. Matroska states one rate even where it varies.
    return count, stated if abs(measured - stated) < 0.01 * stated else measured


def ends_early(container, stream, num_packets, end):
    """Whether a video is shorter than it states.

    Args:
        container: as `open_video` gives it.
        stream: likewise.
        num_packets: int. Packets read.
        end: float. Seconds from the beginning to the end of the last of them.
    """
    length = stated_length(container, stream)
    if stream.frames:
        # A cut without re-encoding leaves out frames, but no time.
        rate = stream.average_rate or 30
        whole = bool(stream.duration) and length - end < 1.5 / float(rate)
        return num_packets < stream.frames and not whole
    return length - end > max(2.0, 0.02 * length)
