import h5py
import numpy as np
import pytest

from keras_wsad.errors import FeatureFileError
from keras_wsad.features import read_features


def write_h5(path, array):
    with h5py.File(path, "w") as file:
        file["features"] = array


def write_h5_of(dtype, **options):
    """Returns a function that writes a small dataset of a type, `(1, 5, 2, 2)`."""

    def write(path, clips):
        with h5py.File(path, "w") as file:
            file.create_dataset("features", (1, 5, 2, 2), dtype, **options)

    return write


def write_h5_without_content(path, clips, **options):
    with h5py.File(path, "w") as file:
        file.create_dataset("features", (1, 200_000, 7168), "f4", **options)


def write_h5_of_zeros(path, clips):
    with h5py.File(path, "w") as file:
        zeros = np.zeros((1, 9000, 1024), "f4")
        file.create_dataset("features", data=zeros, compression="gzip")


def write_external_link(path, clips):
    write_h5(path.with_name("other.h5"), clips)
    with h5py.File(path, "w") as file:
        file["features"] = h5py.ExternalLink("other.h5", "features")


def write_link_by_a_link(path, clips):
    write_external_link(path, clips)
    with h5py.File(path, "a") as file:
        file["other"] = h5py.ExternalLink("other.h5", "/")
        del file["features"]
        file["features"] = h5py.SoftLink("/other/features")


def write_external_storage(path, clips):
    other = path.with_name("secret.bin")
    other.write_bytes(bytes(160))
    with h5py.File(path, "w") as file:
        file.create_dataset("features", (5, 8), "f4", external=[(str(other), 0, 160)])


def write_virtual(path, clips):
    write_h5(path.with_name("other.h5"), clips)
    layout = h5py.VirtualLayout((1000, 4), "f8")
    layout[: len(clips)] = h5py.VirtualSource("other.h5", "features", clips.shape)
    with h5py.File(path, "w") as file:
        file.create_virtual_dataset("features", layout)


def write_h5_with_a_large_chunk(path, clips):
    with h5py.File(path, "w") as file:
        file.create_dataset(
            "features",
            data=clips,
            chunks=(2000, 2000),
            maxshape=(None, None),
            compression="gzip",
        )


def write_sparse_npy(path, clips):
    with path.open("wb") as file:
        header = {"descr": "<f4", "fortran_order": False, "shape": (500_000, 1024)}
        np.lib.format.write_array_header_1_0(file, header)
        file.truncate(file.tell() + 500_000 * 1024 * 4)


def write_columns(path, clips):
    np.save(path, np.ones((1, 200_000), "f4"))


def write_with_more_behind(path, clips):
    np.save(path, clips)
    path.write_bytes(path.read_bytes() + bytes(1000))


def write_broken_link(path, clips):
    with h5py.File(path, "w") as file:
        file["features"] = h5py.SoftLink("/nowhere")


def write_huge_npy(path, clips):
    with path.open("wb") as file:
        header = {"descr": "<f8", "fortran_order": False, "shape": (10**6, 10**9)}
        np.lib.format.write_array_header_1_0(file, header)


def write_damaged_header(path, clips):
    np.save(path, clips)
    content = bytearray(path.read_bytes())
    content[12:20] = b"(((((((("
    path.write_bytes(content)


def write_truncated_npy(path, clips):
    np.save(path, clips)
    path.write_bytes(path.read_bytes()[:-8])


def write_truncated_h5(path, clips):
    with h5py.File(path, "w") as file:
        file["features"] = clips
    path.write_bytes(path.read_bytes()[:200])


def write_other_h5(path, clips):
    with h5py.File(path, "w") as file:
        file["logits"] = clips


def write_pickle(path, clips):
    np.save(path, np.array([{"features": clips}], dtype=object), allow_pickle=True)


def write_nan(path, clips):
    clips = clips.copy()
    clips[2, 1] = np.nan
    np.save(path, clips)


@pytest.mark.parametrize(
    ("name", "write", "complaint"),
    [
        ("v.txt", lambda path, clips: path.write_text(""), "empty"),
        ("v.txt", lambda path, clips: path.write_text("\n" * 33), "empty"),
        ("v.txt", lambda path, clips: path.write_text("1 2\n1"), "unreadable"),
        ("v.txt", lambda path, clips: path.write_text("1 two\n"), "unreadable"),
        ("v.txt", lambda path, clips: path.write_text("1 inf\n"), "NaN or infinity"),
        ("v.txt", lambda path, clips: path.write_bytes(b"\xff\xfe\x00"), "unreadable"),
        ("v.npy", lambda path, clips: path.write_bytes(b""), "empty"),
        ("v.npy", lambda path, clips: path.write_bytes(b"\0" * 900), "pickled, which is"),
        ("v.npy", lambda path, clips: path.mkdir(), "not a regular file"),
        ("v.npy", lambda path, clips: np.save(path, clips[:0]), "empty"),
        ("v.npy", lambda path, clips: np.save(path, clips[0]), "found shape"),
        (
            "v.npy",
            lambda path, clips: np.save(path, np.ones((6, 3, 4))),
            "no axis of 1, 5 or",
        ),
        ("v.npy", lambda path, clips: np.save(path, np.ones((10, 5, 4))), "either axis"),
        ("v.npy", lambda path, clips: np.save(path, clips > 0), "expected numbers"),
        ("v.npy", lambda path, clips: np.savez(path.open("wb"), clips), "an archive"),
        ("v.npy", lambda path, clips: path.write_bytes(b"PK\x03\x04half"), "unreadable"),
        ("v.npy", write_huge_npy, "unreadable"),
        ("v.npy", write_damaged_header, "unreadable"),
        ("v.npy", write_sparse_npy, "declares 2048000128 bytes, but stores"),
        ("v.npy", write_with_more_behind, "1000 bytes follow the array"),
        ("v.npy", lambda path, clips: np.save(path, clips * 1j), "expected numbers"),
        ("v.npy", lambda path, clips: np.save(path, clips * 1e30), "values up to"),
        ("v.npy", write_columns, "expected at most 1000000 clips of 131072 features"),
        ("v.txt", lambda path, clips: path.write_text("0" * 5_000_000), "a line of over"),
        ("v.txt", lambda path, clips: path.write_text("0\n" * 1_000_001), "over 1000000 "),
        ("v.h5", lambda path, clips: write_h5(path, np.ones((20, 7, 1, 1, 8))), "20 crops"),
        (
            "v.h5",
            lambda path, clips: write_h5(path, np.ones((20, 7, 8))),
            "no axis of 1, 5 or",
        ),
        ("v.h5", write_broken_link, "no dataset `features`"),
        ("v.h5", write_external_link, "no dataset `features`"),
        ("v.h5", write_link_by_a_link, "no dataset `features`"),
        ("v.h5", write_external_storage, "lies in other files"),
        ("v.h5", write_virtual, "lies in other files"),
        ("v.h5", write_h5_with_a_large_chunk, "declares 32000000 bytes, but stores"),
        ("v.h5", lambda path, clips: write_h5(path, np.ones((1, 1, 1, 2**18))), "at most"),
        ("v.h5", lambda path, clips: write_h5(path, np.ones((1_000_001, 1))), "at most"),
        ("v.h5", write_h5_of("S4"), "expected numbers"),
        ("v.h5", write_h5_of(bool), "expected numbers"),
        ("v.h5", write_h5_of(complex), "expected numbers"),
        ("v.h5", write_h5_of(h5py.vlen_dtype("f4")), "expected numbers"),
        ("v.h5", write_h5_of(h5py.string_dtype()), "expected numbers"),
        ("v.h5", write_h5_without_content, "declares 5734400000 bytes, but stores 0"),
        (
            "v.h5",
            lambda path, clips: write_h5_without_content(path, clips, chunks=True),
            "declares 5734400000 bytes, but stores 0",
        ),
        ("v.h5", write_h5_of_zeros, "declares 36864000 bytes, but stores"),
        ("v" * 300 + ".npy", lambda path, clips: None, "no such file"),
        ("v.npy", write_truncated_npy, "unreadable"),
        ("v.npy", write_pickle, "pickled"),
        ("v.npy", write_nan, "NaN or infinity"),
        ("v.npy", lambda path, clips: np.save(path, clips * 1e300), "NaN or infinity"),
        ("v.h5", write_truncated_h5, "unreadable"),
        ("v.h5", write_other_h5, "no dataset `features`"),
        ("v.mat", lambda path, clips: path.write_bytes(b"MATLAB"), "not a feature file"),
    ],
)
def test_a_bad_file_is_named_with_what_is_wrong(tmp_path, clips, name, write, complaint):
    path = tmp_path / name
    write(path, clips.astype("float64"))
    with pytest.raises(FeatureFileError, match=complaint) as error:
        read_features(path)
    assert str(path) in str(error.value)


def test_an_absent_file_is_named(tmp_path):
    with pytest.raises(FeatureFileError, match="no such file"):
        read_features(tmp_path / "v.npy")
