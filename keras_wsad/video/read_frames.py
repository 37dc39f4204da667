"""Single frames of a video by their number, without decoding all that come before."""

import itertools

import av

from keras_wsad.video.decode import DecodedFrames
from keras_wsad.video.decode import to_rgb


def read_frames(path, places, short_side=None):
    """Reads single frames of a video.

    The times of all frames are read without decoding, and decoding begins at the last key
    frame before each. Frames that cannot be reached in this way, in containers that do not
    know where their key frames are, are found by decoding from the start.

    Args:
        path: str or path. The video.
        places: list of ints, numbers of frames in the order in which they are shown.
        short_side: int or `None`, see `to_rgb`. Defaults to `None`.

    Returns:
        A dict from each number to a uint8 array of shape `(height, width, 3)`. The video
        may have fewer frames: what it does not have is left out.

    Raises:
        VideoError: the file is absent, or no video.
    """
    places = sorted(set(places))
    times = _frame_times(path)
    found = {}
    for place in places:
        if 0 <= place < len(times):
            frame = _seek(path, times[place])
            if frame is not None:
                found[place] = to_rgb(frame, short_side)
    missing = [place for place in places if place not in found and place >= 0]
    if missing:
        frames = itertools.islice(DecodedFrames(path), missing[-1] + 1)
        for place, frame in enumerate(frames):
            if place in missing:
                found[place] = to_rgb(frame, short_side)
    return found


def _frame_times(path):
    """Returns the times of the frames as they are shown, or `[]` if some have none."""
    try:
        with av.open(str(path)) as container:
            packets = container.demux(container.streams.video[0])
            times = [packet.pts for packet in packets if packet.size]
    except (av.FFmpegError, OSError, ValueError, IndexError):
        # What cannot be opened is reported by whoever decodes it.
        return []
    return [] if None in times else sorted(times)


def _seek(path, time):
    try:
        # Opened anew each time: after damage a decoder need not find back.
        with av.open(str(path)) as container:
            stream = container.streams.video[0]
            container.seek(time, stream=stream)
            for frame in container.decode(stream):
                if frame.pts == time:
                    return frame
                if frame.pts is None or frame.pts > time:
                    return None
    except av.FFmpegError:
        return None
    return None
