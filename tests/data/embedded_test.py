import numpy as np
import pytest

from keras_wsad.config import ExperimentConfig
from keras_wsad.data import embedded
from keras_wsad.data import open_experiment_data
from keras_wsad.data.embedded import embedded_features
from keras_wsad.data.embedded import embedded_root
from keras_wsad.data.embedded import example_video
from keras_wsad.scenes import SceneSet

pytestmark = pytest.mark.large


@pytest.fixture
def small(monkeypatch):
    """The embedded data set in its smallest size."""

    def smallest():
        return SceneSet(train_per_class=2, test_per_class=1, seconds=(9.0, 10.0))

    monkeypatch.setattr(embedded, "SceneSet", smallest)


def test_without_data_the_embedded_set_is_rendered_once(cache, small, caplog):
    caplog.set_level("INFO", "keras_wsad")
    data = open_experiment_data(ExperimentConfig(validation_fraction=0.5))
    assert [len(part) for part in (data.training, data.validation, data.test)] == [
        26,
        26,
        26,
    ]
    assert data.source == "rendered videos (compact, 1 crop, stride 16)"
    assert data.store.extraction.weights.startswith("sha256:")
    assert "Rendering" in caplog.text
    caplog.clear()
    first = np.array(data.store.features)
    again = open_experiment_data(ExperimentConfig(validation_fraction=0.5))
    np.testing.assert_array_equal(again.store.features, first)
    assert "Rendering" not in caplog.text
    assert example_video().is_file()
    assert example_video().parent.name == "Abuse"


def test_an_extraction_that_was_broken_off_goes_on(cache, small):
    folder = embedded_features(embedded_root())
    whole = {path.name: path.read_bytes() for path in folder.glob("*.npy")}
    assert len(whole) == 78
    for path in sorted(folder.glob("Abuse*")):
        path.unlink()
    embedded_features(embedded_root())
    assert {path.name: path.read_bytes() for path in folder.glob("*.npy")} == whole
