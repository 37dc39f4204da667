import csv
import dataclasses
import re
import shutil

import numpy as np
import pytest

from keras_wsad.data import CLASS_NAMES
from keras_wsad.data import NORMAL
from keras_wsad.data import UCFCrime
from keras_wsad.data.embedded import embedded_root
from keras_wsad.errors import ConfigError
from keras_wsad.errors import DataError
from keras_wsad.scenes import SceneSet
from keras_wsad.scenes import write_data_set
from keras_wsad.video import decode_frames

SMALL = SceneSet(train_per_class=1, test_per_class=1, seconds=(9.0, 10.0))


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    """A data set of the shortest videos, which other tests look at as well."""
    return shutil.copytree(embedded_root(SMALL), tmp_path_factory.mktemp("scenes") / "data")


def videos_of(root):
    return {path.relative_to(root): path.read_bytes() for path in root.rglob("*.mp4")}


def truth_of(root):
    with open(root / "ground_truth.csv", newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.large
def test_the_loader_of_ucf_crime_reads_it(root):
    dataset = UCFCrime(root)
    labels = [video.label for video in dataset.train]
    assert sorted(labels) == sorted([*range(14), *[NORMAL] * 12])
    assert sorted(video.label for video in dataset.test) == sorted(labels)
    truth = {}
    for row in truth_of(root):
        truth.setdefault(row["name"], []).append(row)
    for video in dataset.test:
        rows = truth[video.name]
        assert video.num_frames == int(rows[0]["num_frames"])
        assert CLASS_NAMES[video.label] == rows[0]["class"]
        events = [(int(row["start"]), int(row["end"])) for row in rows]
        assert video.events == ([] if video.label == NORMAL else events)
        labels = video.frame_labels()
        assert labels.any() == (video.label != NORMAL)
        assert not labels.all()


@pytest.mark.large
def test_every_line_is_of_the_official_form(root):
    # Written down from the official files; see the next test.
    forms = forms_of_lines()
    for name, form in forms.items():
        for line in (root / name).read_text().splitlines():
            assert re.fullmatch(form, line), line


def test_the_official_lines_are_of_that_form(real_data):
    for name, form in forms_of_lines().items():
        path = next((real_data / "ucf_crime").rglob(name))
        for line in path.read_text().splitlines():
            assert re.fullmatch(form, line.rstrip("\r")) or "Normal" in line, line


def forms_of_lines():
    """The regular expression of a line in each file of UCF-Crime."""
    return {
        "Anomaly_Train.txt": r"([A-Za-z]+)/\1\d{3}_x264\.mp4"
        r"|Training_Normal_Videos_Anomaly/Normal_Videos\d{3}_x264\.mp4",
        "Anomaly_Test.txt": r"([A-Za-z]+)/\1\d{3}_x264\.mp4"
        r"|Testing_Normal_Videos_Anomaly/Normal_Videos_\d{3}_x264\.mp4",
        "Temporal_Anomaly_Annotation_for_Testing_Videos.txt": r"\w+\.mp4  [A-Za-z]+  "
        r"-?\d+  -?\d+  -?\d+  -?\d+  ",
    }


@pytest.mark.large
def test_a_broken_rendering_goes_on_to_the_same_bytes(root, tmp_path):
    whole = videos_of(root)
    again = tmp_path / "again"
    for number, (name, content) in enumerate(whole.items()):
        # A kill leaves some videos, and no list.
        if number % 8:
            (again / name).parent.mkdir(parents=True, exist_ok=True)
            (again / name).write_bytes(content)
    write_data_set(again, SMALL, workers=1)
    assert videos_of(again) == whole
    for name in ("Anomaly_Train.txt", "Anomaly_Test.txt", "ground_truth.csv"):
        assert (again / name).read_bytes() == (root / name).read_bytes()


@pytest.mark.large
def test_a_folder_is_not_gone_on_with_by_other_settings(root):
    # Its videos would not be those of the new lists.
    before = videos_of(root)
    with pytest.raises(ConfigError, match="expected the settings"):
        write_data_set(root, dataclasses.replace(SMALL, seed=1))
    assert videos_of(root) == before
    (root / "scenes.json").write_text("{")
    with pytest.raises(DataError, match="damaged"):
        write_data_set(root, SMALL)
    (root / "scenes.json").unlink()


@pytest.mark.large
def test_frames_are_as_many_as_the_truth_says_and_they_move(root):
    rows = {row["name"]: int(row["num_frames"]) for row in truth_of(root)}
    for path in sorted(root.rglob("Explosion*.mp4")):
        frames = np.stack(list(decode_frames(path, short_side=None)))
        assert frames.shape == (rows[path.stem], 240, 320, 3)
        assert np.abs(np.diff(frames.astype(int), axis=0)).mean() > 0.5


@pytest.mark.parametrize(
    "settings",
    [
        {"train_per_class": 0},
        {"test_normal": 0},
        {"seconds": (5.0, 10.0)},
        {"seconds": (20.0, 10.0)},
    ],
)
def test_impossible_sets_raise(settings):
    with pytest.raises(ConfigError, match="Expected"):
        SceneSet(**settings)
