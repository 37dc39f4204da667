"""Videos as grey frames of one size, decoded once."""

import hashlib
import pathlib
import warnings

import numpy as np
from PIL import Image

from keras_wsad.errors import VideoError
from keras_wsad.files import atomic_path
from keras_wsad.video.damage import DamagedVideoWarning
from keras_wsad.video.decode import DecodedFrames

_PICTURES = (".tif", ".tiff", ".png", ".jpg", ".jpeg", ".bmp")


class GreyVideos:
    """Videos as arrays of grey frames, a clip source of the systems that look at pixels.

    A clip source is any object with these `names` and `read`.

    A frame's brightness is its luma, 0 to 255, resized by Pillow's bilinear filter, which
    averages when it shrinks. A path may also be a folder of pictures, a frame each in the
    order of their names, as UCSD's data sets are published.

    Args:
        paths: dict from name to path, as `find_videos` returns it.
        workspace: str or path, or `None`. A folder in which the frames are kept, so that
            each video is decoded once for each size; what is complete there survives a
            kill. A frame takes `height * width` bytes. `None` decodes on each reading
            and holds the frames in memory. Defaults to `None`.
    """

    def __init__(self, paths, workspace=None):
        self.paths = {name: pathlib.Path(path) for name, path in paths.items()}
        self.workspace = None if workspace is None else pathlib.Path(workspace)

    @property
    def names(self):
        """The names of the videos, a list."""
        return list(self.paths)

    def read(self, name, size=None):
        """Reads all frames of a video.

        Args:
            name: str. One of the names.
            size: `(height, width)` in pixels, or `None` for the video's own. Defaults to
                `None`.

        Returns:
            A read-only uint8 array of shape `(frames, height, width)`; with a workspace it
            is memory-mapped.

        Raises:
            VideoError: the file is absent, no video, or no frame of it decodes.

        Warns:
            DamagedVideoWarning: the video ended early or parts of it did not decode.
        """
        path = self.paths[name]
        if self.workspace is None:
            return np.stack(list(_grey_frames(path, size)))
        kept = self.workspace / f"{name}-{video_key(path, size)}.npy"
        if not kept.is_file():
            with atomic_path(kept) as temporary:
                _write_frames(temporary, _grey_frames(path, size))
        return np.load(kept, mmap_mode="r", allow_pickle=False)


def video_key(path, size=None):
    """Returns a hash of a video file's state and of the frame size.

    Raises:
        VideoError: the file is absent.
    """
    try:
        state = path.stat()
    except OSError as error:
        raise VideoError(f"{path}: expected a video. {error.strerror}") from error
    content = (str(path.resolve()), state.st_size, state.st_mtime_ns, size and tuple(size))
    return hashlib.sha256(repr(content).encode()).hexdigest()[:16]


def _write_frames(path, frames):
    """Writes frames as one `.npy` array, one at a time."""
    count = 0
    with open(path, "wb") as file:
        for frame in frames:
            if not count:
                _write_header(file, (1, *frame.shape))
            file.write(frame.tobytes())
            count += 1
        # The count is known only now. numpy leaves room for it in the header.
        file.seek(0)
        _write_header(file, (count, *frame.shape))


def _write_header(file, shape):
    header = {"descr": "|u1", "fortran_order": False, "shape": shape}
    np.lib.format.write_array_header_1_0(file, header)


def _grey_frames(path, size):
    """Yields the frames of a video, or of a folder of pictures, as grey pictures."""
    shape = None
    for grey in _pictures_in(path) if path.is_dir() else _decoded(path):
        # A stream may change its size midway; the array cannot.
        shape = shape or size or grey.shape
        if grey.shape != tuple(shape):
            picture = Image.fromarray(grey)
            grey = picture.resize(shape[::-1], Image.Resampling.BILINEAR)
        yield np.asarray(grey)


def _decoded(path):
    frames = DecodedFrames(path)
    for frame in frames:
        yield frames.to_grey(frame)
    if frames.damage:
        warnings.warn(
            f"{path}: damaged. {frames.damage}", DamagedVideoWarning, stacklevel=2
        )


def _pictures_in(folder):
    paths = sorted(p for p in folder.iterdir() if p.suffix.lower() in _PICTURES)
    if not paths:
        raise VideoError(f"{folder}: expected pictures ({', '.join(_PICTURES)}) in it.")
    for path in paths:
        try:
            with Image.open(path) as picture:
                yield np.asarray(picture.convert("L"))
        except OSError as error:
            raise VideoError(f"{path}: expected a picture ({error}).") from error
