import io
import os
import pathlib

import numpy as np

from keras_wsad.errors import WSADError
from keras_wsad.features.sidecar import Sidecar
from keras_wsad.files import sync

# Bytes before the numbers in an .npy file: numpy fills them up to a multiple of 64, with
# room for an axis to grow.
_HEADER = 128


class FeatureFiles:
    """Writes the feature files of one video, clip by clip.

    One crop is a file `NAME.npy` of shape `(K, n)`; several are a file each, `NAME__0.npy`
    to `NAME__4.npy` or `NAME__9.npy`, 0 the centre. In a single array of three axes the
    crop axis would be ambiguous when K is 5 or 10; and files of one crop can be written
    while a long video is decoded.

    Clips are written into a workspace, from which `publish` moves the files.

    Args:
        workspace: path. A temporary folder, named after the video.
        crops: int. Crops of each clip.
        dtype: `"float32"` or `"float16"`.
    """

    def __init__(self, workspace, crops, dtype):
        self.workspace = pathlib.Path(workspace)
        self.paths = [
            self.workspace / name for name in file_names(self.workspace.name, crops)
        ]
        self.dtype = np.dtype(dtype)
        self.num_clips = 0
        self._files = []

    def begin(self):
        """Starts over, discarding clips written before."""
        self.close()
        self.workspace.mkdir(parents=True, exist_ok=True)
        # Unbuffered, so that each clip is written before the next is computed.
        self._files = [io.FileIO(path, "w") for path in self.paths]
        self.num_clips = 0

    def append(self, features):
        """Writes the features of the next clip, `(crops, features)`.

        Raises:
            WSADError: they are not finite, or too large for the dtype.
        """
        with np.errstate(over="ignore"):
            rows = features.astype(self.dtype)
        if not np.isfinite(rows).all():
            raise WSADError(
                f"{self.workspace.name}: expected features that are finite as {self.dtype}."
                f" Received: {features.min()} to {features.max()} in clip {self.num_clips}"
            )
        if not self.num_clips:
            self._width = rows.shape[1]
            self._write_headers()
        for file, row in zip(self._files, rows, strict=True):
            file.write(row.tobytes())
        self.num_clips += 1

    def finish(self, sidecar):
        """Completes the files and writes the sidecar, which marks them as ready."""
        for file in self._files:
            file.seek(0)
        self._write_headers()
        for file in self._files:
            os.fsync(file.fileno())
        self.close()
        sidecar.write(self.workspace / f"{self.workspace.name}.json")

    def close(self):
        """Closes the files."""
        for file in self._files:
            file.close()
        self._files = []

    def _write_headers(self):
        header = {
            "descr": np.lib.format.dtype_to_descr(self.dtype),
            "fortran_order": False,
            "shape": (self.num_clips, self._width),
        }
        for file in self._files:
            np.lib.format.write_array_header_1_0(file, header)


def file_names(name, crops):
    """Returns the names of a video's feature files.

    Example:

    >>> file_names("A", 1), file_names("A", 5)[-1]
    (['A.npy'], 'A__4.npy')
    """
    return [f"{name}.npy"] if crops == 1 else [f"{name}__{i}.npy" for i in range(crops)]


def files_of(folder, name):
    """Returns the feature files that a video has in a folder, a set of paths."""
    names = [*file_names(name, 1), *file_names(name, 10)]
    return {
        path for path in (pathlib.Path(folder, name) for name in names) if path.exists()
    }


def are_whole(folder, name, sidecar):
    """Whether the feature files have the names and lengths of their sidecar."""
    names = file_names(name, sidecar.extraction.crops)
    if {path.name for path in files_of(folder, name)} != set(names):
        return False
    size = sidecar.num_clips * sidecar.feature_dim * np.dtype(sidecar.dtype).itemsize
    return all(pathlib.Path(folder, n).stat().st_size == _HEADER + size for n in names)


def publish(workspace, folder):
    """Moves the files of a workspace to the output folder, if they are ready.

    It may be killed or fail at any moment and be called again. With a file per crop, crop 0
    is moved last, so that readers never take a part for the whole. The sidecar follows,
    once the moves are on the disk.

    Args:
        workspace: path. A folder named after the video.
        folder: path.

    Returns:
        Whether they were ready.
    """
    workspace, folder = pathlib.Path(workspace), pathlib.Path(folder)
    name = workspace.name
    sidecar = workspace / f"{name}.json"
    content = Sidecar.read(sidecar)
    if content is None:
        return False
    names = file_names(name, content.extraction.crops)
    waiting = [path for path in (workspace / name for name in names) if path.exists()]
    if len(waiting) == len(names):
        # Nothing was moved yet: remove the former files.
        (folder / sidecar.name).unlink(missing_ok=True)
        for path in sorted(files_of(folder, name)):
            path.unlink()
        sync(folder, contents=False)
    for path in reversed(waiting):
        os.replace(path, folder / path.name)
    sync(folder, contents=False)
    os.replace(sidecar, folder / sidecar.name)
    sync(folder, contents=False)
    return True
