import h5py
import numpy as np
import pytest

from keras_wsad.errors import FeatureFileError
from keras_wsad.features import read_features


def test_text(tmp_path, clips):
    np.savetxt(tmp_path / "v.txt", clips)
    np.testing.assert_allclose(read_features(tmp_path / "v.txt"), clips[None], rtol=1e-6)


def test_npy_of_clips(tmp_path, clips):
    np.save(tmp_path / "v.npy", clips.astype("float64"))
    features = read_features(str(tmp_path / "v.npy"))
    np.testing.assert_array_equal(features, clips[None])
    assert features.dtype == np.float32


def test_npy_of_ten_crops_in_the_middle(tmp_path, random):
    array = random.random((7, 10, 4), "float32")
    np.save(tmp_path / "v.npy", array)
    np.testing.assert_array_equal(read_features(tmp_path / "v.npy"), array.swapaxes(0, 1))


@pytest.mark.parametrize("clips", [1, 5, 10, 12])
def test_ten_in_the_middle_are_always_crops(tmp_path, random, clips):
    array = random.random((clips, 10, 4), "float32")
    np.save(tmp_path / "v.npy", array)
    with h5py.File(tmp_path / "v.h5", "w") as file:
        file["features"] = array
    for name in ("v.npy", "v.h5"):
        np.testing.assert_array_equal(read_features(tmp_path / name), array.swapaxes(0, 1))


def test_npy_of_crops_first(tmp_path, random):
    array = random.random((5, 7, 4), "float32")
    np.save(tmp_path / "v.npy", array)
    np.testing.assert_array_equal(read_features(tmp_path / "v.npy"), array)


def test_one_file_per_crop(tmp_path, random):
    array = random.random((10, 7, 4), "float32")
    for crop in range(10):
        np.save(tmp_path / f"v__{crop}.npy", array[crop])
    for name in ("v__0.npy", "v__7.npy", "v.npy", "v"):
        np.testing.assert_array_equal(read_features(tmp_path / name), array)


def test_crops_of_different_lengths_end_with_the_shortest(tmp_path, clips):
    np.save(tmp_path / "v__0.npy", clips)
    np.save(tmp_path / "v__1.npy", clips[:5])
    assert read_features(tmp_path / "v__0.npy").shape == (2, 5, 4)


def test_crops_that_differ_by_more_than_a_clip_are_an_error(tmp_path, clips):
    np.save(tmp_path / "v__0.npy", clips)
    np.save(tmp_path / "v__1.npy", clips[:4])
    with pytest.raises(FeatureFileError, match="different lengths: 4 and 6 clips"):
        read_features(tmp_path / "v__0.npy")


def test_text_may_begin_with_a_byte_order_mark(tmp_path, clips):
    (tmp_path / "v.txt").write_text("1 2\n3 4\n", encoding="utf-8-sig")
    assert read_features(tmp_path / "v.txt").tolist() == [[[1, 2], [3, 4]]]


def test_h5_that_is_compressed_is_read(tmp_path, random):
    array = random.random((1, 9000, 512), "float32").round(1)
    with h5py.File(tmp_path / "v.h5", "w") as file:
        file.create_dataset("features", data=array, compression="gzip")
    np.testing.assert_array_equal(read_features(tmp_path / "v.h5"), array)


def test_a_missing_crop_is_an_error(tmp_path, clips):
    for crop in (0, 2):
        np.save(tmp_path / f"v__{crop}.npy", clips)
    with pytest.raises(FeatureFileError, match=r"a crop is missing: found \[0, 2\]"):
        read_features(tmp_path / "v__0.npy")


def test_crops_of_different_widths_are_an_error(tmp_path, clips):
    np.save(tmp_path / "v__0.npy", clips)
    np.save(tmp_path / "v__1.npy", clips[:, :3])
    with pytest.raises(FeatureFileError, match="different shapes"):
        read_features(tmp_path / "v__0.npy")


def test_h5_of_the_authors_is_flattened_time_major(tmp_path, random):
    array = random.random((1, 3, 7, 1, 1, 16), "float32")
    with h5py.File(tmp_path / "v.h5", "w") as file:
        file["features"] = array
    features = read_features(tmp_path / "v.h5")
    assert features.shape == (1, 3, 7 * 16)
    np.testing.assert_array_equal(features[0, 1, 16:32], array[0, 1, 1, 0, 0])


def test_h5_of_clips(tmp_path, clips):
    with h5py.File(tmp_path / "v.h5", "w") as file:
        file["features"] = clips
    np.testing.assert_array_equal(read_features(tmp_path / "v.h5"), clips[None])


def test_real_files(real_data):
    folder = real_data / "ucf_crime"
    c3d = read_features(folder / "c3d_32x4096" / "Shooting008_x264.txt")
    assert c3d.shape == (1, 32, 4096)
    # Sultani's C3D features are L2-normalised.
    np.testing.assert_allclose(np.linalg.norm(c3d, axis=-1), 1, atol=1e-3)
    abuse = folder / "r3d34" / "Features" / "test" / "Abnormal" / "Abuse"
    assert read_features(abuse / "Abuse028_x264.txt").shape == (1, 32, 512)
