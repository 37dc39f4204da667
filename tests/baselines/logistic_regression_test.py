import numpy as np
import pytest

from keras_wsad.baselines.logistic_regression import LogisticRegression
from keras_wsad.errors import DataError
from tests.baselines.check_system import check_system
from tests.baselines.open_tiny import open_tiny
from tests.baselines.open_tiny import with_features


def fitted(config, data):
    system = LogisticRegression(config)
    system.fit(data, run=None)
    return system


def test_it_is_a_system(tiny_settings, tmp_path):
    metrics = check_system("logistic_regression", tiny_settings, tmp_path)
    assert metrics["classification"]["maa"] > 1 / 14


def test_all_segments_of_a_video_score_alike(tiny_settings):
    config, data = open_tiny(tiny_settings)
    scores = fitted(config, data).score(data, data.test)["segment_scores"]
    assert np.ptp(scores, axis=1).max() == 0
    assert np.ptp(scores) > 0


def test_the_scale_of_a_feature_does_not_matter(tiny_settings):
    config, data = open_tiny(tiny_settings)
    expected = fitted(config, data).score(data, data.test)["segment_scores"]
    scale = np.geomspace(1e-2, 1e2, data.store.feature_dim).astype("float32")
    scaled = with_features(data, data.store.features * scale + scale)
    scores = fitted(config, scaled).score(scaled, data.test)["segment_scores"]
    np.testing.assert_allclose(scores, expected, atol=1e-3)


def test_rare_classes_are_named_as_well(tiny_settings):
    config, data = open_tiny(tiny_settings)
    outputs = fitted(config, data).score(data, data.training)
    named = outputs["class_probabilities"].argmax(axis=1)
    # Half of the videos are normal: without weights few others would be predicted.
    assert len(set(named.tolist())) == 14


def test_features_of_another_width_raise(tiny_settings):
    config, data = open_tiny(tiny_settings)
    system = fitted(config, data)
    with pytest.raises(DataError, match="Expected 16 features a segment"):
        system.score(with_features(data, data.store.features[..., :5]), data.test)


def test_videos_of_one_kind_raise(tiny_settings):
    config, data = open_tiny(tiny_settings)
    data.training[:] = [video for video in data.training if video.is_anomalous]
    with pytest.raises(DataError, match="anomalous and normal videos to train on"):
        fitted(config, data)
