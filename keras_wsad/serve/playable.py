"""Videos that any browser plays, the times of their frames, and excerpts of them."""

import fractions

import av
import numpy as np

from keras_wsad.errors import VideoError
from keras_wsad.files import atomic_path
from keras_wsad.video.container import decoding
from keras_wsad.video.container import is_shown
from keras_wsad.video.container import open_video
from keras_wsad.video.container import read_packets
from keras_wsad.video.decode import DecodedFrames

# Shorter side of a proxy in pixels, and frames from one key frame to the next: seeking
# decodes at most so many.
_SIDE, _KEY_FRAMES = 480, 15
_TIME_BASE = fractions.Fraction(1, 90_000)
_FAST_START = {"movflags": "+faststart"}


def make_playable(path, proxy, num_frames):
    """Makes sure that a browser can play a video, and gives the times of its frames.

    H.264 in MP4 is played as it is. H.264 in another container, or one that does not begin
    at 0, is copied into MP4; all else is decoded and encoded as H.264 of 480 pixels.

    Args:
        path: str or path. The video.
        proxy: path. Where to write what is played in its place, if need be, atomically.
        num_frames: int. Frames that were decoded for the prediction.

    Returns:
        `(played, stamps)`: the path to play, and a float array of shape `(num_frames,)`,
        the seconds at which each frame is shown.

    Raises:
        VideoError: it can be neither copied nor encoded.
    """
    with decoding(path):
        as_it_is, copied, stamps = _look(path, num_frames)
        if as_it_is:
            return path, stamps
        if copied:
            with atomic_path(proxy) as temporary:
                write_excerpt(path, temporary)
            # A file may hold more than its packets said.
            stamps = _look(proxy, num_frames)[2]
            if stamps is not None:
                return proxy, stamps
        with atomic_path(proxy) as temporary:
            return proxy, _encode(path, temporary)


def write_excerpt(path, target, begin=0.0, end=None):
    """Copies a part of a video's picture track into MP4, without encoding it anew.

    Args:
        path: str or path. An H.264 video.
        target: path. The file to write.
        begin: float. Seconds; the copy begins at the key frame there or before. Defaults to
            `0.0`.
        end: float. Seconds, `None` for the end of the video. Defaults to `None`.

    Raises:
        VideoError: the video cannot be read.
    """
    container, stream = open_video(path)
    output = av.open(str(target), "w", format="mp4", options=_FAST_START)
    with decoding(path), container, output:
        copy = output.add_stream_from_template(stream)
        first = stream.start_time or 0
        if begin > 0:
            offset = first + int(begin / stream.time_base)
            container.seek(offset, stream=stream)
        shift = None
        for packet in read_packets(container, stream):
            if not is_shown(packet) or packet.dts is None or packet.pts is None:
                continue
            shift = packet.pts if shift is None else shift
            if end is not None and (packet.dts - first) * stream.time_base >= end:
                break
            packet.pts, packet.dts = packet.pts - shift, packet.dts - shift
            packet.stream = copy
            output.mux(packet)


def _look(path, num_frames):
    """Returns whether a video plays as it is, whether copied, and the times of its frames.

    The times are `None` where they are not those of the frames that decode.
    """
    container, stream = open_video(path)
    with container:
        context = stream.codec_context
        is_h264 = context.name == "h264" and context.pix_fmt in ("yuv420p", "yuvj420p")
        is_mp4 = "mp4" in container.format.name.split(",")
        times = [p.pts for p in read_packets(container, stream) if is_shown(p)]
        if None in times or len(times) != num_frames or not times:
            return False, False, None
        # Other tracks may begin earlier, and browsers differ in what they call 0 then.
        starts = [s.start_time for s in container.streams if s.start_time is not None]
        stamps = (np.sort(times) - min(times)) * float(stream.time_base)
        is_at_0 = min(times) == 0 and not any(starts)
        return is_h264 and is_mp4 and is_at_0, is_h264, stamps


def _encode(path, target):
    """Encodes a video anew, frame by frame, and returns the times of the frames."""
    frames, stamps, last = DecodedFrames(path), [], -1
    with av.open(str(target), "w", format="mp4", options=_FAST_START) as output:
        stream = None
        for index, frame in enumerate(frames):
            rgb = frames.to_rgb(frame, min(_SIDE, frame.width, frame.height))
            if stream is None:
                height, width = (max(side - side % 2, 2) for side in rgb.shape[:2])
                stream = output.add_stream("libx264", rate=30)
                stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
                stream.codec_context.time_base = stream.time_base = _TIME_BASE
                stream.codec_context.gop_size = _KEY_FRAMES
                stream.options = {
                    "preset": "veryfast",
                    "crf": "25",
                    "bf": "0",
                    "sc_threshold": "0",
                }
                begin = frame.time or 0.0
            time = index / 30 if frame.time is None else frame.time - begin
            # Times that repeat or jump back, as in joined files, are moved on by 1 ms.
            last = 0 if index == 0 else max(round(time / float(_TIME_BASE)), last + 90)
            stamps.append(last * float(_TIME_BASE))
            picture = av.VideoFrame.from_ndarray(np.ascontiguousarray(rgb))
            # Even sides, and those of the first frame if the size changes on the way.
            picture = picture.reformat(width, height, "yuv420p")
            picture.pts, picture.time_base = last, _TIME_BASE
            output.mux(stream.encode(picture))
        if stream is None:
            raise VideoError(f"{path}: expected a video. No frame of it decodes.")
        output.mux(stream.encode(None))
    return np.array(stamps)
