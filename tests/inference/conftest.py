import copy

import numpy as np
import pytest

import keras_wsad


@pytest.fixture(scope="session")
def predictor(tiny_run):
    return keras_wsad.load(tiny_run.folder)


@pytest.fixture(scope="session")
def saved_predictor(tiny_run):
    return keras_wsad.load(tiny_run.saved_model)


@pytest.fixture(scope="session")
def loaded_compact(compact_run):
    return keras_wsad.load(compact_run.folder)


@pytest.fixture
def video_predictor(loaded_compact):
    """The predictor of `compact_run`, which a test may change."""
    return copy.copy(loaded_compact)


@pytest.fixture(scope="session")
def backbone(open_once):
    """The one that `compact_run` takes."""
    return open_once("compact", "random")


@pytest.fixture
def make_prediction():
    """A function that makes a `VideoPrediction` of eight segments."""
    from keras_wsad.inference import VideoPrediction

    def make(**changes):
        content = {
            "segment_scores": np.array([0.1, 0.2, 0.8, 0.9, 0.1, 0.1, 0.6, 0.3]),
            "class_probabilities": np.eye(14)[9],
            "class_name": "Robbery",
            "first_level_attention": np.full(8, 0.125),
            "second_level_attention": np.linspace(0, 0.5, 8),
            "video": "camera.mp4",
            "threshold": 0.5,
            "alignment": "aligned",
            "num_frames": 240,
            "fps": 30.0,
        }
        return VideoPrediction(**{**content, **changes})

    return make
