import os
import pathlib

import numpy as np
import pytest


@pytest.fixture(scope="session", autouse=True)
def cache(tmp_path_factory):
    """Keeps the tests out of the user's cache, and the user's cache out of the tests."""
    folder = tmp_path_factory.mktemp("cache")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("KERAS_WSAD_CACHE", str(folder))
        yield folder


@pytest.fixture(autouse=True)
def seeded():
    """Weights and dropouts are the same whenever a test is run."""
    import keras

    keras.utils.set_random_seed(0)


@pytest.fixture(scope="session")
def real_data():
    """The folder of real data; tests that need it are skipped where there is none."""
    folder = os.environ.get("KERAS_WSAD_DATA")
    if not folder:
        pytest.skip("KERAS_WSAD_DATA is not set")
    assert pathlib.Path(folder).is_dir(), f"KERAS_WSAD_DATA={folder} is no folder"
    return pathlib.Path(folder)


@pytest.fixture(scope="session")
def tiny_root(tmp_path_factory):
    """A made-up data set of a few dozen videos, 8 features a clip."""
    from tests.data.synthetic import write_synthetic

    root = tmp_path_factory.mktemp("tiny") / "data"
    write_synthetic(root, train_per_class=4, test_per_class=1, feature_dim=16)
    return root


@pytest.fixture(scope="session")
def tiny_settings(tiny_root):
    """Settings of a run of two epochs that takes some seconds."""
    return {
        "data": str(tiny_root),
        "num_segments": 8,
        "lstm_units": 6,
        "steps": 8,
        "anomalous_per_batch": 9,
        "normal_per_batch": 9,
        "validation_fraction": 0.25,
    }


@pytest.fixture(scope="session")
def tiny_run(tiny_settings, tmp_path_factory):
    """A finished run of the tiny settings."""
    from keras_wsad.config import ExperimentConfig
    from keras_wsad.training import train

    runs = str(tmp_path_factory.mktemp("runs"))
    return train(ExperimentConfig(**tiny_settings, runs=runs, name="tiny"))


@pytest.fixture
def random():
    return np.random.default_rng(0)
