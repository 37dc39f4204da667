"""Reading arrays of others, from HDF5 and `.npz`, with no more memory than they deserve."""

import contextlib
import io
import mmap
import os
import pathlib
import zipfile

import numpy as np

from keras_wsad.errors import DataError
from keras_wsad.files import check_regular

# What is read may be so many times the size of what is stored, and at least so many bytes.
_MOST_EXPANSION = 100
_ALWAYS_READ = 2**24
# How a heap of HDF5 begins: its mark, version 1, three bytes of zero.
_HEAP = b"GCOL\1\0\0\0"
# Texts and the like in all heaps of a file.
_MOST_OBJECTS = 10**6
# Members of a zip archive, a few for each layer of a model.
_MOST_MEMBERS = 10**4


def check_expansion(declared, stored):
    """Raises if something declares far more bytes than are stored of it.

    Data that was never written, or compresses a hundredfold, is no measurement, and reading
    it would expand a few bytes to gigabytes.

    Args:
        declared: int. Bytes that reading it would take.
        stored: int. Bytes that it takes in the file.

    Raises:
        DataError: it does.
    """
    if declared > max(_MOST_EXPANSION * stored, _ALWAYS_READ):
        raise DataError(f"declares {declared} bytes, but stores {stored}")


def stored_bytes(path):
    """Returns the size of a file without its holes, which take no space on the disk.

    Of a file that `check_expansion` passes in any case, or on a system that does not tell,
    it is the size with holes.
    """
    size = os.stat(path).st_size
    if size <= _ALWAYS_READ or not hasattr(os, "SEEK_DATA"):
        return size
    stored = end = 0
    with open(path, "rb") as file:
        try:
            while end < size and _MOST_EXPANSION * stored < size:
                begin = os.lseek(file.fileno(), end, os.SEEK_DATA)
                end = os.lseek(file.fileno(), begin, os.SEEK_HOLE)
                stored += end - begin
        except OSError:
            # No data follows.
            return stored
    return stored


@contextlib.contextmanager
def open_h5(file):
    """Opens an HDF5 file, after a look at what would keep its library busy for ever.

    Args:
        file: path, or bytes, the content of one.

    Yields:
        A `h5py.File`, open to be read.

    Raises:
        OSError: it is absent, no regular file, or of another kind.
        DataError: it is damaged, or has holes where most of its data should be.
    """
    import h5py

    if isinstance(file, bytes):
        _check_heaps(file)
        file = io.BytesIO(file)
    else:
        check_regular(file)
        check_expansion(os.stat(file).st_size, stored_bytes(file))
        with pathlib.Path(file).open("rb") as stream:
            # A file without a byte has no map.
            if os.fstat(stream.fileno()).st_size:
                with mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ) as content:
                    _check_heaps(content)
    with h5py.File(file, "r") as opened:
        if opened.id.get_create_plist().get_sizes() != (8, 8):
            raise DataError("expected addresses and lengths of 8 bytes")
        yield opened


def _check_heaps(content):
    """Raises if an object in a heap of HDF5 does not end within the heap.

    The library goes from object to object by their sizes, and never ends where a sum of
    them exceeds 64 bits (HDF5 1.14.6, "Global Heap").
    """
    heap, left = content.find(_HEAP), _MOST_OBJECTS
    while heap >= 0:
        end = heap + _number_at(content, heap + 8)
        if end > len(content):
            raise DataError("has a heap that ends after the file")
        offset = heap + 16
        while end - offset >= 16:
            size = _number_at(content, offset + 8)
            # Free space has the number 0, and its size includes its header of 16 bytes.
            is_free = content[offset : offset + 2] == b"\0\0"
            taken = size if is_free else 16 + -(-size // 8) * 8
            if not 16 <= taken <= end - offset:
                raise DataError(f"has an object of {size} bytes that ends outside its heap")
            offset, left = offset + taken, left - 1
            if left < 0:
                raise DataError(f"has over {_MOST_OBJECTS} objects in heaps")
        heap = content.find(_HEAP, heap + 1)


def _number_at(content, offset):
    return int.from_bytes(content[offset : offset + 8], "little")


def h5_dataset(group, name):
    """Returns a dataset that lies in its own HDF5 file, at about its own size.

    Args:
        group: `h5py.Group`.
        name: str. Of the dataset in that group.

    Returns:
        A `h5py.Dataset`, which can be read without surprise.

    Raises:
        DataError: there is none; it is a link, or put together from other files or other
            datasets; or it declares far more than it stores.
    """
    import h5py

    # A link may lead to another file, by way of a link in this one.
    is_inside = isinstance(group.get(name, getlink=True), h5py.HardLink)
    dataset = group[name] if is_inside else None
    if not isinstance(dataset, h5py.Dataset):
        found = ascii(sorted(group)[:3])[:80]
        raise DataError(f"no dataset `{name}`, found {found}")
    if dataset.is_virtual or dataset.external:
        raise DataError("a dataset that lies in other files, which are never read")
    # A chunk is expanded whole, and may be larger than the dataset. As `object`, since the
    # product may exceed 64 bits.
    declared = max(
        int(np.prod(shape, dtype=object)) * dataset.dtype.itemsize
        for shape in (dataset.shape, dataset.chunks or ())
    )
    # One block of the file may be named many times.
    stored = min(dataset.id.get_storage_size(), dataset.file.id.get_filesize())
    check_expansion(declared, stored)
    return dataset


def check_zip(path):
    """Raises if a zip archive expands to far more than it holds, or has too many members.

    Args:
        path: str or path.

    Raises:
        OSError, zipfile.BadZipFile: it is absent, no regular file or no zip archive.
        DataError: it does.
    """
    check_regular(path)
    with zipfile.ZipFile(path) as archive:
        members = archive.infolist()
    if len(members) > _MOST_MEMBERS:
        raise DataError(f"has {len(members)} members, expected {_MOST_MEMBERS} at most")
    declared = sum(member.file_size for member in members)
    check_expansion(declared, os.stat(path).st_size)


def read_npz(path):
    """Reads an `.npz` file without pickles.

    Args:
        path: str or path.

    Returns:
        A dict from name to array.

    Raises:
        FileNotFoundError: there is none.
        DataError: it is damaged, pickled, no regular file, or expands to far more than it
            stores.
    """
    try:
        check_zip(path)
        with np.load(path, allow_pickle=False) as content:
            return {name: content[name] for name in content.files}
    except FileNotFoundError:
        raise
    except Exception as error:
        # Damaged archives raise a dozen kinds of error, from zlib.error to MemoryError.
        raise DataError(f"{path}: expected arrays, .npz ({error}).") from error
