import numpy as np
import pytest
from PIL import Image

from keras_wsad.errors import DataError
from keras_wsad.video import GreyVideos
from reproduce.ucsd_ped import UCSDPed
from tests.video.make_video import make_video


@pytest.fixture
def listed(tmp_path):
    for part in ("training", "testing"):
        (tmp_path / part).mkdir()
        make_video(tmp_path / part / "01.mp4", num_frames=4)
    make_video(tmp_path / "testing" / "02.avi", num_frames=3, codec="mpeg4")
    (tmp_path / "testing_labels.txt").write_text("01 0011\n\n02 000\n")
    return tmp_path


@pytest.fixture
def published(tmp_path):
    for folder in ("Train/Train001", "Train/Train002", "Test/Test001", "Test/Test002"):
        (tmp_path / folder).mkdir(parents=True)
        for number in range(1, 6):
            picture = Image.fromarray(np.full((4, 6), number, np.uint8))
            picture.save(tmp_path / folder / f"{number:03d}.tif")
    return tmp_path


def test_videos_with_listed_labels(listed):
    data = UCSDPed(listed)
    assert list(data.training) == ["01"] and list(data.testing) == ["01", "02"]
    labels = {name: of_clip.tolist() for name, of_clip in data.frame_labels.items()}
    assert labels == {"01": [False, False, True, True], "02": [False] * 3}


def test_folders_of_pictures_with_the_published_ground_truth(published):
    text = (
        "TestVideoFile = {};\n"
        "TestVideoFile{end+1}.gt_frame = [1:2, 5:5];\n"
        "TestVideoFile{end+1}.gt_frame = [4:5];\n"
    )
    (published / "Test" / "UCSDped2.m").write_text(text)
    data = UCSDPed(published)
    assert list(data.training) == ["Train001", "Train002"]
    labels = {name: np.flatnonzero(of).tolist() for name, of in data.frame_labels.items()}
    assert labels == {"Test001": [0, 1, 4], "Test002": [3, 4]}
    assert len(data.frame_labels["Test001"]) == 5
    frames = GreyVideos(data.testing).read("Test001")
    assert frames[:, 0, 0].tolist() == [1, 2, 3, 4, 5]


def test_folders_of_pictures_with_masks(published):
    for name, odd in (("Test001", 2), ("Test002", 5)):
        (published / "Test" / f"{name}_gt").mkdir()
        for number in range(1, 6):
            mask = np.zeros((4, 6), np.uint8)
            mask[1, 1] = 255 * (number == odd)
            path = published / "Test" / f"{name}_gt" / f"{number:03d}.bmp"
            Image.fromarray(mask).save(path)
    data = UCSDPed(published)
    assert list(data.testing) == ["Test001", "Test002"]
    labels = {name: np.flatnonzero(of).tolist() for name, of in data.frame_labels.items()}
    assert labels == {"Test001": [1], "Test002": [4]}


def test_what_is_missing_or_malformed_is_named(published, tmp_path):
    with pytest.raises(DataError, match="Expected a folder with training/"):
        UCSDPed(tmp_path / "absent")
    with pytest.raises(DataError, match="Found neither"):
        _ = UCSDPed(published).frame_labels
    (published / "Test" / "UCSDped2.m").write_text("TestVideoFile{end+1}.gt_frame = [1:2];")
    with pytest.raises(DataError, match=r"UCSDped2\.m: expected a gt_frame for each of 2"):
        _ = UCSDPed(published).frame_labels


@pytest.mark.parametrize("line", ["02 0120", "02", "01 00", "02 0 0"])
def test_a_malformed_line_is_named(listed, line):
    (listed / "testing_labels.txt").write_text(f"01 0011\n{line}\n")
    with pytest.raises(DataError, match=r"testing_labels\.txt, line 2"):
        _ = UCSDPed(listed).frame_labels


def test_a_clip_without_labels_is_named(listed):
    (listed / "testing_labels.txt").write_text("01 0011\n")
    with pytest.raises(DataError, match="Found none of 02"):
        _ = UCSDPed(listed).frame_labels


def test_ped2_is_read_as_published(real_data):
    data = UCSDPed(real_data / "ucsd_ped2")
    assert len(data.training) == 16 and len(data.testing) == 12
    labels = np.concatenate(list(data.frame_labels.values()))
    assert len(labels) == 2010 and labels.sum() == 1648
