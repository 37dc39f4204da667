"""Single frames of a video by number, without decoding all earlier ones."""

import itertools

import av

from keras_wsad.video.container import decoding
from keras_wsad.video.container import is_shown
from keras_wsad.video.container import open_video
from keras_wsad.video.container import read_packets
from keras_wsad.video.decode import DecodedFrames


def read_frames(path, places, short_side=None):
    """Reads single frames of a video.

    The times of all frames are read without decoding, and decoding begins at the last key
    frame before each. Frames that cannot be sought, as in containers without an index of
    key frames, are found by decoding from the start.

    Args:
        path: str or path. The video.
        places: list of ints, numbers of frames as `DecodedFrames` counts them.
        short_side: int or `None`, see `DecodedFrames.to_rgb`. Defaults to `None`.

    Returns:
        A dict from each number to a uint8 array of shape `(height, width, 3)`. Frames that
        the video does not have are left out.

    Raises:
        VideoError: the file is absent, no video, or cannot be decoded.
    """
    with decoding(path):
        return _read_frames(path, sorted(set(places)), short_side)


def _read_frames(path, places, short_side):
    frames, found = DecodedFrames(path), {}
    times = _frame_times(path)
    for place in places:
        if 0 <= place < len(times):
            frame = _seek(path, times[place])
            if frame is not None:
                found[place] = frames.to_rgb(frame, short_side)
    missing = [place for place in places if place not in found and place >= 0]
    if missing:
        for place, frame in enumerate(itertools.islice(frames, missing[-1] + 1)):
            if place in missing:
                found[place] = frames.to_rgb(frame, short_side)
    return found


def _frame_times(path):
    """Returns the times of the frames as they are shown, or `[]` if some have none."""
    container, stream = open_video(path)
    with container:
        packets = read_packets(container, stream)
        times = [packet.pts for packet in packets if is_shown(packet)]
    return [] if None in times else sorted(times)


def _seek(path, time):
    # Opened anew each time: a decoder may not recover from damage.
    container, stream = open_video(path)
    try:
        with container:
            container.seek(time, stream=stream)
            for frame in container.decode(stream):
                if frame.pts == time:
                    return frame
                if frame.pts is None or frame.pts > time:
                    return None
    except av.FFmpegError:
        return None
    return None
