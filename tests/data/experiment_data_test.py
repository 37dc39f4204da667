import shutil

import numpy as np
import pytest

from keras_wsad.config import ExperimentConfig
from keras_wsad.data import open_experiment_data
from keras_wsad.errors import ConfigError
from keras_wsad.errors import DataError


@pytest.fixture
def root(tiny_root, tmp_path):
    """A copy of the tiny data set that a test may change."""
    root = tmp_path / "data"
    shutil.copytree(tiny_root, root)
    return root


def open_data(root, **settings):
    settings = {"num_segments": 8, "validation_fraction": 0.25, **settings}
    return open_experiment_data(ExperimentConfig(data=str(root), **settings))


def test_no_video_is_in_two_parts(root):
    data = open_data(root)
    parts = [data.training, data.validation, data.test]
    names = [{video.name for video in part} for part in parts]
    assert [len(part) for part in names] == [78, 26, 26]
    assert len(set.union(*names)) == 130


def test_class_counts_are_those_of_the_whole_list(root):
    (root / "features" / "Abuse000_x264.npy").unlink()
    data = open_data(root)
    assert data.class_counts[0] == 4
    assert sum(data.class_counts) == 104


def test_videos_without_features_are_counted_and_named(root):
    (root / "features" / "Robbery004_x264.npy").write_bytes(b"")
    data = open_data(root)
    assert data.left_out == ["Robbery004_x264"]
    assert len(data.test) == 25
    assert "129 of 130 videos have features; 1 left out" in data.summary
    assert "Robbery004_x264" in data.summary
    with pytest.raises(DataError, match=r"Robbery004_x264\.npy"):
        open_data(root, strict=True)


def test_the_same_features_on_both_sides_of_the_split_are_reported(root):
    source = root / "features" / "Normal_Videos000_x264.npy"
    test_video = next((root / "features").glob("Normal_Videos5*.npy"))
    shutil.copy(source, test_video)
    data = open_data(root)
    assert "1  groups of videos have identical features, 1 of them across" in data.summary
    assert f"Normal_Videos000_x264 = {test_video.stem}" in data.summary
    fewer = open_data(root, drop_duplicates=True)
    names = {video.name for video in data.training + data.validation}
    left = {video.name for video in fewer.training + fewer.validation}
    assert names - left == {"Normal_Videos000_x264"}
    assert len(fewer.test) == len(data.test)
    assert "left out     1  of these are not trained on" in fewer.summary


def scale(paths, factor):
    for path in paths:
        np.save(path, np.load(path) * np.float32(factor))


def test_norms_are_reported_and_those_of_another_extraction_raise(root):
    assert "Norm of a clip, median over videos: " in open_data(root).summary
    for video in open_data(root).test:
        scale([root / "features" / f"{video.name}.npy"], 3)
    with pytest.raises(DataError, match=r"of one extraction.*training vid.*test vid"):
        open_data(root)


def test_folders_of_two_scales_raise(root):
    (root / "features" / "other").mkdir()
    few = sorted((root / "features").glob("Normal_Videos0*.npy"))[:12]
    scale(few, 0.1)
    for count, path in enumerate(few, start=1):
        path.rename(path.parent / "other" / path.name)
        if count == 9:
            # Fewer than ten videos are passed over.
            open_data(root)
    with pytest.raises(DataError, match=r"12, folder features/other, .*folder features"):
        open_data(root)


def test_a_video_cannot_have_far_more_frames_than_clips(root):
    counts = root / "num_frames.csv"
    (name, frames) = counts.read_text().splitlines()[-1].split(",")
    counts.write_text(counts.read_text().replace(f"{name},{frames}", f"{name},99999999"))
    with pytest.raises(DataError, match=rf"{name}: .*num_frames\.csv, 99999999 frames"):
        open_data(root)


def test_the_crop_to_train_on_is_chosen(root, random):
    for path in (root / "features").iterdir():
        clips = np.load(path)
        np.save(path, np.stack([clips, clips + 1, clips + 2, clips, clips], axis=1))
    data = open_data(root)
    first, third = (data.store.features[data.rows(data.test, crop)] for crop in (0, 2))
    np.testing.assert_allclose(third, first + 2, rtol=1e-5)
    with pytest.raises(ConfigError, match=r"has 5 crops.*train_crop=5"):
        data.rows(data.test, 5)


def test_features_are_a_folder_below_the_root_or_elsewhere(root, tmp_path):
    assert len(open_data(root, features="features").test) == 26
    elsewhere = tmp_path / "elsewhere"
    (root / "features").rename(elsewhere)
    assert len(open_data(root, features=str(elsewhere)).test) == 26
    with pytest.raises(DataError, match="a folder below"):
        open_data(root, features="features")


def test_caveats_of_known_features_are_reported(root):
    assert open_data(root).source == "data"
    (root / "r3d34").mkdir()
    (root / "features").rename(root / "r3d34" / "inner")
    for features in (None, "r3d34", "r3d34/inner"):
        assert "degraded" in open_data(root, features=features).source


def test_what_evaluation_needs_is_checked_before_training(root):
    counts = root / "num_frames.csv"
    counts.rename(root / "other.csv")
    with pytest.raises(DataError, match=r"number of frames.*num_frames\.csv"):
        open_data(root)
    (root / "other.csv").rename(counts)
    for line in (root / "Anomaly_Test.txt").read_text().split():
        (root / "features" / line.rpartition("/")[2].replace(".mp4", ".npy")).unlink()
    with pytest.raises(DataError, match="expected features of test videos"):
        open_data(root)
