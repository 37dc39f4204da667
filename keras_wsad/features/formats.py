"""Readers of the known feature file formats; each returns `(crops, K, n)`."""

import os
import pathlib
import re
import warnings

import numpy as np

from keras_wsad.arrays import check_expansion
from keras_wsad.arrays import h5_dataset
from keras_wsad.arrays import open_h5
from keras_wsad.arrays import stored_bytes
from keras_wsad.errors import DataError
from keras_wsad.errors import FeatureFileError

FEATURE_SUFFIXES = (".txt", ".npy", ".h5", ".hdf5")
CROP_COUNTS = (1, 5, 10)
_CROP_SUFFIX = re.compile(r"__(\d)$")

# More than a video can have: clips, six days of 16 frames each; features of a clip, a map
# of 8 x 8 x 2048; and a value, whose squares shall add up in 32 bits.
_MOST_CLIPS = 10**6
_MOST_FEATURES = 2**17
_LARGEST = 1e15
# Characters of a number in a text file.
_LONGEST_NUMBER = 32


def read_features(path):
    """Reads the clip features of one video, in any of the known formats.

    | file | content | found with |
    |---|---|---|
    | `.txt` | a row of numbers per segment | Sultani's C3D, 3D-ResNet-34 |
    | `.npy` | `(K, n)` | most |
    | `.npy` | `(K, crops, n)` or `(crops, K, n)`, with 1, 5 or 10 crops | RTFM |
    | `.npy` | `(K, n)` in `NAME__0.npy` to `NAME__9.npy`, one per crop | AR-Net, S3R |
    | `.h5` | dataset `features`, `(crops, K, ...)` or `(K, n)` | the paper's authors |

    The file of one crop stands for its video: all crops are read, in the order of their
    numbers (0 centre, 1-4 corners, 5-9 mirrored). The video's path without the crop number
    names them as well.

    Args:
        path: str or path. The feature file.

    Returns:
        A float32 array of shape `(crops, K, n)`.

    Raises:
        FeatureFileError: the file is absent, empty, truncated, pickled, of another shape,
            holds NaN or infinity, declares more than it stores or than a video has, or
            keeps its numbers in another file.
    """
    return read_files(feature_files(path))


def is_feature_file(path):
    """Whether a file holds features, by its suffix."""
    return pathlib.Path(path).suffix.lower() in FEATURE_SUFFIXES


def read_files(paths):
    """Reads the file of a video, or its files of one crop each, `(crops, K, n)`.

    Crops may differ by one clip at the end of the video: the shortest decides.

    Args:
        paths: list of paths, as `feature_files` returns them.

    Raises:
        FeatureFileError: a file cannot be used, a crop is missing, or crops differ by more.
    """
    numbers = [crop_number(path) for path in paths]
    if numbers == [None]:
        return _read_file(paths[0])
    if numbers != list(range(len(paths))):
        raise FeatureFileError(paths[0], f"a crop is missing: found {numbers}")
    crops = [_read_file(path) for path in paths]
    widths = {crop.shape[-1] for crop in crops}
    if len(widths) > 1 or any(len(crop) > 1 for crop in crops):
        shapes = [crop.shape for crop in crops]
        raise FeatureFileError(paths[0], f"crops of different shapes: {shapes}")
    lengths = [crop.shape[1] for crop in crops]
    num_clips = min(lengths)
    if max(lengths) - num_clips > 1:
        problem = f"crops of different lengths: {num_clips} and {max(lengths)} clips"
        raise FeatureFileError(paths[0], problem)
    return np.concatenate([crop[:, :num_clips] for crop in crops])


def crop_number(path):
    """Returns the crop number in a file's name (`NAME__3.npy` is 3), or `None`."""
    match = _CROP_SUFFIX.search(pathlib.Path(path).stem)
    return int(match[1]) if match else None


def feature_files(path):
    """Returns the files of a video: its one file, or those of its crops in their order.

    Args:
        path: str or path. A file, `NAME__3.npy` for all of `NAME__0.npy`, ..., as are
            `NAME.npy` and `NAME` where there is no such file.

    Raises:
        FeatureFileError: there are none.
    """
    path = pathlib.Path(path)
    # `os.path.isfile` is false for a name that is too long.
    if os.path.exists(path) and crop_number(path) is None:
        return [path]
    is_file = path.suffix.lower() in FEATURE_SUFFIXES
    suffixes = [path.suffix] if is_file else FEATURE_SUFFIXES
    stem = path.stem if is_file else path.name
    stem = _CROP_SUFFIX.sub("", stem)
    for suffix in suffixes:
        files = [path.with_name(f"{stem}__{crop}{suffix}") for crop in range(10)]
        files = [file for file in files if os.path.exists(file)]
        if files:
            return files
    raise FeatureFileError(path, "no such file")


def _read_file(path):
    readers = {".txt": _read_text, ".npy": _read_npy, ".h5": _read_h5, ".hdf5": _read_h5}
    suffix = path.suffix.lower()
    if suffix not in readers:
        known = ", ".join(FEATURE_SUFFIXES)
        raise FeatureFileError(path, f"not a feature file (expected {known})")
    try:
        if not path.is_file():
            problem = "not a regular file" if os.path.exists(path) else "no such file"
            raise FeatureFileError(path, problem)
        if not path.stat().st_size:
            raise FeatureFileError(path, "empty")
        check_expansion(path.stat().st_size, stored_bytes(path))
        features = readers[suffix](path)
        if not features.size:
            raise FeatureFileError(path, "empty")
        with np.errstate(over="ignore"):
            features = features.astype(np.float32, copy=False)
        # A value that is not finite would spread to the whole batch.
        largest = max(features.max(), -features.min())
        if not np.isfinite(largest):
            raise FeatureFileError(path, "holds NaN or infinity")
        if largest > _LARGEST:
            raise FeatureFileError(path, f"holds values up to {largest:.0e}")
        return features
    except FeatureFileError:
        raise
    except DataError as error:
        raise FeatureFileError(path, str(error)) from error
    except Exception as error:
        # Damaged files make the libraries raise a dozen kinds of error, from BadZipFile to
        # MemoryError. Any of them concerns this file alone and must not stop the others.
        if "allow_pickle" in str(error) or "Python objects" in str(error):
            raise FeatureFileError(path, "pickled, which is never loaded") from error
        raise FeatureFileError(path, f"unreadable ({_in_short(error)})") from error


def _read_text(path):
    with warnings.catch_warnings(), open(path, encoding="utf-8-sig") as file:
        # An empty file is reported as such by the caller.
        warnings.simplefilter("ignore", UserWarning)
        return np.loadtxt(_bounded_lines(file, path), np.float32, ndmin=2)[None]


def _bounded_lines(file, path):
    longest = _MOST_FEATURES * _LONGEST_NUMBER
    # The line after the last allowed one is read, to tell that there is one.
    for number in range(_MOST_CLIPS + 1):
        line = file.readline(longest + 1)
        if len(line) > longest or number == _MOST_CLIPS:
            problem = f"a line of over {longest} characters, or over {_MOST_CLIPS} lines"
            raise FeatureFileError(path, problem)
        if not line:
            return
        yield line


def _read_npy(path):
    # Memory-mapped, so that a header that declares too much allocates nothing.
    array = np.load(path, mmap_mode="r", allow_pickle=False)
    if not isinstance(array, np.ndarray):
        raise FeatureFileError(path, "an archive, not an array")
    behind = path.stat().st_size - array.offset - array.nbytes
    if behind > 0:
        raise FeatureFileError(path, f"{behind} bytes follow the array: damaged")
    return np.array(crops_first(array, path))


def _read_h5(path):
    with open_h5(path) as file:
        dataset = h5_dataset(file, "features")
        _check_numbers(dataset.dtype, path)
        if dataset.ndim <= 3:
            # Checked on an array of this shape that takes no memory.
            crops_first(np.broadcast_to(np.float32(0), dataset.shape), path)
            return crops_first(dataset[()], path)
        # (crops, K, 7, 1, 1, 1024): the map is flattened time-major, as the authors do.
        shape = (*dataset.shape[:2], int(np.prod(dataset.shape[2:], dtype=object)))
        if shape[0] not in CROP_COUNTS:
            problem = f"expected (1 | 5 | 10, K, ...), found {shape[0]} crops"
            raise FeatureFileError(path, problem)
        _check_size(shape, path)
        return dataset[()].reshape(shape)


def crops_first(array, path="array"):
    """Returns `(crops, K, n)` of `(K, n)`, `(K, crops, n)` or `(crops, K, n)`.

    Args:
        array: array of numbers.
        path: str or path. Where it is from, for the error message.

    Raises:
        FeatureFileError: it is none of these, or either axis may be the crops.
    """
    _check_numbers(array.dtype, path)
    if array.ndim not in (2, 3):
        problem = f"expected (K, n) or (K, 1 | 5 | 10, n), found shape {array.shape}"
        raise FeatureFileError(path, problem)
    array = array[None] if array.ndim == 2 else _crops_of_three(array, path)
    _check_size(array.shape, path)
    return array


def _crops_of_three(array, path):
    first, second = (size in CROP_COUNTS for size in array.shape[:2])
    # Ten in the middle are crops, as in the arrays of RTFM.
    if array.shape[1] == 10 or (second and not first):
        return array.transpose(1, 0, 2)
    if first and (not second or array.shape[0] == array.shape[1] == 1):
        return array
    problem = "either axis may be the crops" if first else "no axis of 1, 5 or 10 crops"
    raise FeatureFileError(path, f"{problem}, found shape {array.shape}")


def _check_numbers(dtype, path):
    if dtype.kind not in "fiu":
        raise FeatureFileError(path, f"expected numbers, found {dtype}")


def _check_size(shape, path):
    _, clips, width = shape
    if clips > _MOST_CLIPS or width > _MOST_FEATURES:
        problem = (
            f"expected at most {_MOST_CLIPS} clips of {_MOST_FEATURES} features, "
            f"found {clips} of {width}"
        )
        raise FeatureFileError(path, problem)


def _in_short(error):
    """A library's message, without paths, shortened to one line."""
    text = getattr(error, "strerror", None) or str(error) or type(error).__name__
    text = text.strip().partition("\n")[0]
    return text if len(text) <= 80 else text[:77] + "..."
