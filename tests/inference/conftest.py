import numpy as np
import pytest


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
