import numpy as np

from keras_wsad.baselines.nearest_neighbours import NearestNeighbours
from keras_wsad.data import NORMAL
from tests.baselines.check_system import check_system
from tests.baselines.open_tiny import open_tiny
from tests.baselines.open_tiny import with_features


def fitted(config, data):
    system = NearestNeighbours(config)
    system.fit(data, run=None)
    return system


def test_it_is_a_system(tiny_settings, tmp_path):
    check_system("nearest_neighbours", tiny_settings, tmp_path)


def test_without_held_out_videos_it_is_one_neighbour(tiny_settings):
    config, data = open_tiny(tiny_settings, validation_fraction=0)
    system = fitted(config, data)
    outputs = system.score(data, data.training)
    # The nearest neighbour of a training video is itself.
    labels = [video.label for video in data.training]
    assert outputs["class_probabilities"].argmax(axis=1).tolist() == labels
    is_anomalous = [float(video.is_anomalous) for video in data.training]
    assert outputs["segment_scores"][:, 0].tolist() == is_anomalous


def test_k_is_the_best_on_the_held_out_videos(tiny_settings):
    config, data = open_tiny(tiny_settings)
    # A feature that is the class, but for training videos that lie about it: the nearest
    # neighbour is wrong wherever it lies, three of them hardly ever.
    classes = np.eye(14, dtype="float32")
    features = np.zeros((len(data.store.features), 8, 14), "float32")
    random = np.random.default_rng(0)
    for video in data.training + data.validation + data.test:
        row = data.store.videos[video.name][0]
        features[row] = classes[video.label] + 0.01 * random.random(14)
    lie = next(video for video in data.training if video.label == NORMAL)
    for video in data.validation:
        if video.label == 0:
            # The wrong label is closer to this video than its own class.
            features[data.store.videos[lie.name][0]] = features[
                data.store.videos[video.name][0]
            ]
    honest = with_features(data, features)
    assert fitted(config, honest).learned["k"] == 3


def test_the_length_of_a_feature_does_not_matter(tiny_settings):
    config, data = open_tiny(tiny_settings)
    system = fitted(config, data)
    expected = system.score(data, data.test)["class_probabilities"]
    longer = with_features(data, data.store.features * np.float32(4))
    scores = system.score(longer, data.test)["class_probabilities"]
    np.testing.assert_array_equal(scores, expected)
