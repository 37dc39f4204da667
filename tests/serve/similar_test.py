import dataclasses

import numpy as np
import pytest

import keras_wsad
from keras_wsad.config import load_config
from keras_wsad.config import save_config
from keras_wsad.data.experiment_data import open_experiment_data
from keras_wsad.runs import Run
from keras_wsad.serve.similar import TrainingSegments
from keras_wsad.serve.similar import open_training_segments


@pytest.fixture
def card(tiny_run):
    return keras_wsad.load(tiny_run.folder).card


def test_cosines_of_two_segments_by_hand(card):
    card = dataclasses.replace(card, num_segments=2)
    features = np.array([[[1, 0], [1, 1]], [[0, 3], [0, 1]]])
    training = TrainingSegments(features, ["a", "b"], ["Arson", "Normal"], card)
    first, second = training.most_similar(np.array([[4.0, 0], [3, 4]]), count=2)
    assert first == [
        {"name": "a", "class_name": "Arson", "cosine": 1.0},
        {"name": "b", "class_name": "Normal", "cosine": 0.0},
    ]
    # (3, 4) / 5 with (1, 1) / sqrt(2) is 0.9899, with (0, 1) it is 0.8.
    assert [other["cosine"] for other in second] == [0.9899, 0.8]


def test_a_training_video_is_most_similar_to_itself(tiny_run, card):
    training = open_training_segments(tiny_run, card)
    data = open_experiment_data(tiny_run.load_config())
    video = data.training[3]
    segments = data.store.features[data.rows([video])[0]]
    for found in training.most_similar(segments):
        assert found[0]["name"] == video.name
        assert found[0]["class_name"] == video.class_name
        assert found[0]["cosine"] == 1.0


def test_data_that_is_gone_is_left_out(tiny_run, card, tmp_path):
    run = Run(tmp_path)
    config = load_config(tiny_run.config)
    save_config(dataclasses.replace(config, data=str(tmp_path / "gone")), run.config)
    assert open_training_segments(run, card) is None
    # The embedded data is not rendered for it.
    save_config(dataclasses.replace(config, data=None), run.config)
    assert open_training_segments(run, card) is None
