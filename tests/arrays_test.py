import io
import os
import zipfile

import h5py
import numpy as np
import pytest

from keras_wsad.arrays import h5_dataset
from keras_wsad.arrays import open_h5
from keras_wsad.arrays import read_npz
from keras_wsad.arrays import stored_bytes
from keras_wsad.errors import DataError


def member(shape, descr="<f4"):
    """Returns the bytes of an `.npy` file that has a header only."""
    file = io.BytesIO()
    header = {"descr": descr, "fortran_order": False, "shape": shape}
    np.lib.format.write_array_header_1_0(file, header)
    return file.getvalue()


def test_arrays_are_read_by_name(tmp_path):
    np.savez_compressed(tmp_path / "a.npz", mean=np.arange(3), scale=np.ones((2, 2)))
    content = read_npz(tmp_path / "a.npz")
    assert content["mean"].tolist() == [0, 1, 2]
    assert content["scale"].shape == (2, 2)


def write_bomb(path):
    np.savez_compressed(path, zeros=np.zeros(2**25, np.uint8))


def write_pickle(path):
    np.savez(path, content=np.array([{}], dtype=object))


def write_forged_header(path):
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a.npy", member((10**6, 10**6)))


def write_many_members(path):
    with zipfile.ZipFile(path, "w") as archive:
        for number in range(10_001):
            archive.writestr(f"{number}.npy", b"")


@pytest.mark.parametrize(
    ("write", "complaint"),
    [
        (write_many_members, "10001 members"),
        (write_bomb, "declares 33554560 bytes, but stores"),
        (write_pickle, "allow_pickle=False"),
        (write_forged_header, "allocate"),
        (lambda path: path.write_bytes(b"PK\x03\x04half"), "not a zip file"),
        (lambda path: path.symlink_to("/dev/zero"), "Not a regular file"),
        (os.mkfifo, "Not a regular file"),
    ],
)
def test_what_is_no_archive_of_arrays_is_named(tmp_path, write, complaint):
    write(tmp_path / "a.npz")
    with pytest.raises(DataError, match=rf"a\.npz: expected arrays.*{complaint}"):
        read_npz(tmp_path / "a.npz")


def test_a_file_with_holes_stores_what_is_between_them(tmp_path):
    path = tmp_path / "a.bin"
    with path.open("wb") as file:
        file.truncate(2**30)
        file.seek(2**29)
        file.write(bytes(4096))
    assert 4096 <= stored_bytes(path) < 2**20
    path.write_bytes(bytes(100))
    assert stored_bytes(path) == 100


def test_a_shape_of_more_bytes_than_64_bits_count_is_refused(tmp_path):
    with h5py.File(tmp_path / "a.h5", "w") as file:
        file.create_dataset("a", (2**40, 2**40), "f4", chunks=(8, 8))
        with pytest.raises(DataError, match="declares 4835703278458516698824704 bytes"):
            h5_dataset(file, "a")


@pytest.fixture
def texts(tmp_path):
    """Returns the content of an HDF5 file with texts of several lengths, in a heap."""
    with h5py.File(tmp_path / "texts.h5", "w") as file:
        file.attrs["name"] = "a"
        file.attrs["long"] = "b" * 1000
        del file.attrs["name"]
    return (tmp_path / "texts.h5").read_bytes()


def test_an_honest_heap_is_read_from_a_path_or_from_bytes(texts, tmp_path):
    for content in (tmp_path / "texts.h5", texts):
        with open_h5(content) as file:
            assert file.attrs["long"] == "b" * 1000


@pytest.mark.parametrize("size", [0, 1, 2**64 - 1, 2**64 - 16, 5000])
def test_an_object_that_does_not_end_in_its_heap_is_refused(texts, tmp_path, size):
    first = texts.index(b"GCOL") + 16
    content = texts[:first] + b"\1\0\0\0\0\0\0\0" + size.to_bytes(8, "little")
    content += texts[len(content) :]
    if size in (0, 1):
        # An object may be empty; what is free is as large as its own header.
        content = content[:first] + b"\0" + content[first + 1 :]
    (tmp_path / "a.h5").write_bytes(content)
    for damaged in (tmp_path / "a.h5", content):
        with pytest.raises(DataError, match=f"an object of {size} bytes"), open_h5(damaged):
            pass


def test_heaps_within_heaps_do_not_take_for_ever():
    """Each object is a heap that reaches to the end, of which the later objects are."""
    size = 2**17
    object_of_16, empty = b"\1" + bytes(7) + b"\x10" + bytes(7), b"\1" + bytes(15)
    heaps = [
        b"GCOL\1\0\0\0" + (size - offset).to_bytes(8, "little") + object_of_16
        for offset in range(0, size, 32)
    ]
    content = b"".join(heaps)[:-16] + empty
    with pytest.raises(DataError, match="over 1000000 objects"), open_h5(content):
        pass


def test_other_sizes_of_addresses_are_refused(tmp_path):
    settings = h5py.h5p.create(h5py.h5p.FILE_CREATE)
    settings.set_sizes(4, 4)
    h5py.h5f.create(str(tmp_path / "a.h5").encode(), fcpl=settings).close()
    with pytest.raises(DataError, match="8 bytes"), open_h5(tmp_path / "a.h5"):
        pass


@pytest.mark.parametrize("content", [b"", b"half"])
def test_what_is_no_hdf5_is_an_error_of_the_system(tmp_path, content):
    (tmp_path / "a.h5").write_bytes(content)
    for file in (tmp_path / "a.h5", content):
        with pytest.raises(OSError, match=r"truncated|signature"), open_h5(file):
            pass
