import functools
import os
import stat

from keras_wsad.live.folder import Folder
from keras_wsad.live.stream import Stream


def open_source(source, on_problem, **options):
    """Tries a source: opens it and decodes one frame.

    Args:
        source: str or path. A video file, a folder into which videos are written, a camera
            such as `/dev/video0`, or a URL.
        on_problem: function from a message, for a video of a folder that cannot be read.
        **options: of `Stream`, for a camera or a URL.

    Returns:
        `(first, connect)`: the `Stream` or `Folder` that is open, and a function that opens
        another connection; `None` for a file or folder, whose frames wait to be read.

    Raises:
        VideoError: it is no video, or brings no frame in time.
    """
    if "://" not in str(source):
        if os.path.isdir(source):
            return Folder(source, on_problem), None
        if not _is_device(source):
            return Stream(source), None
        options["device"] = "v4l2"
    connect = functools.partial(Stream, source, **options)
    return connect(), connect


def _is_device(path):
    return os.path.exists(path) and stat.S_ISCHR(os.stat(path).st_mode)
