import dataclasses

import numpy as np
import pytest

from keras_wsad.config import ExperimentConfig
from keras_wsad.data import embedded
from keras_wsad.data import open_experiment_data
from keras_wsad.data.embedded import embedded_features
from keras_wsad.data.embedded import embedded_folder
from keras_wsad.data.embedded import embedded_root
from keras_wsad.data.embedded import example_video
from keras_wsad.scenes import SETS
from keras_wsad.scenes.data_set import VERSION
from tests.scenes.data_set_test import SMALL


@pytest.fixture
def small(monkeypatch):
    """The embedded data set in its smallest size, which other tests look at as well."""
    monkeypatch.setattr(embedded, "SceneSet", lambda: SMALL)


@pytest.mark.large
def test_without_data_the_embedded_set_is_rendered_once(small, caplog):
    caplog.set_level("INFO", "keras_wsad")
    was_there = embedded_folder().is_dir()
    config = ExperimentConfig(validation_fraction=0.0, checkpoint_rule="last")
    data = open_experiment_data(config)
    assert [len(part) for part in (data.training, data.test)] == [26, 26]
    assert data.source == "rendered videos (compact, 1 crop, stride 16)"
    assert data.store.extraction.weights.startswith("sha256:")
    assert ("Rendering" in caplog.text) == (not was_there)
    caplog.clear()
    first = np.array(data.store.features)
    again = open_experiment_data(config)
    np.testing.assert_array_equal(again.store.features, first)
    assert "Rendering" not in caplog.text
    assert example_video().is_file()
    assert example_video().parent.name == "Abuse"


@pytest.mark.large
def test_an_extraction_that_was_broken_off_goes_on(small):
    folder = embedded_features(embedded_root())
    whole = {path.name: path.read_bytes() for path in folder.glob("*.npy")}
    assert len(whole) == 52
    for path in sorted(folder.glob("Abuse*")):
        path.unlink()
    embedded_features(embedded_root())
    assert {path.name: path.read_bytes() for path in folder.glob("*.npy")} == whole


def test_every_setting_has_a_folder_of_its_own():
    assert embedded_folder().name == f"scenes-{VERSION}-6-2-0-20.0-34.0"
    bench = SETS["bench"]
    others = [
        dataclasses.replace(bench, **change)
        for change in ({"seed": 1}, {"test_normal": 261}, {"two_events": 0.2})
    ]
    assert len({embedded_folder(settings) for settings in [bench, *others]}) == 4
