"""Decoding of a synthetic video to RGB frames of short side 256, as for I3D.

OpenCV resizes by other rules, so its pixels are close, not equal.
"""

import math
import pathlib
import tempfile

import numpy as np

TITLE = "Decode to RGB, short side 256"
SIZES = {
    "full": {"num_frames": 1500, "size": [320, 240]},
    "quick": {"num_frames": 200, "size": [320, 240]},
}
SHORT_SIDE = 256
# Share of the brightest level: OpenCV's pixels are not FFmpeg's.
TOLERANCE = {"float32": 0.1}


def flops(num_frames, size):
    """Returns `None`: there are no matrix products."""


def to_ndarray(num_frames, size):
    """PyAV as in its documentation."""
    import av

    path, (width, height) = _video(num_frames, size), _resized(size)

    def frames():
        with av.open(str(path)) as container:
            for frame in container.decode(video=0):
                yield frame.to_ndarray(format="rgb24", width=width, height=height)

    return lambda: _levels(frames())


def opencv(num_frames, size):
    import cv2

    path, resized = _video(num_frames, size), _resized(size)

    def frames():
        video = cv2.VideoCapture(str(path))
        while True:
            there_is, frame = video.read()
            if not there_is:
                video.release()
                return
            yield cv2.cvtColor(cv2.resize(frame, resized), cv2.COLOR_BGR2RGB)

    return lambda: _levels(frames())


def ours(num_frames, size):
    from keras_wsad.video import decode_frames

    path = _video(num_frames, size)
    return lambda: _levels(decode_frames(path, SHORT_SIDE))


CONTENDERS = {"PyAV to_ndarray": to_ndarray, "OpenCV": opencv, "keras_wsad": ours}


def _video(num_frames, size):
    from benchmarks.made_up_video import make_video

    return make_video(pathlib.Path(tempfile.mkdtemp(), "v.mp4"), num_frames, size)


def _resized(size):
    scale = SHORT_SIDE / min(size)
    return tuple(math.floor(side * scale + 0.5) for side in size)


def _levels(frames):
    """Returns the brightness of a patch of each frame, which shows that none is missing."""
    return np.array([frame[100:108, 100:108].mean() for frame in frames])
