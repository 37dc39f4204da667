import numpy as np
import pytest
import scipy.io

from keras_wsad.baselines.svm import SVM
from keras_wsad.errors import DataError
from keras_wsad.metrics import frame_level_auc
from tests.baselines.check_system import check_system
from tests.baselines.open_tiny import open_tiny
from tests.baselines.open_tiny import with_features


def fitted(config, data, **kwargs):
    system = SVM(config, **kwargs)
    system.fit(data, run=None)
    return system


def test_it_is_a_system_that_names_no_class(tiny_settings, tmp_path):
    metrics = check_system("svm", tiny_settings, tmp_path)
    assert "maa" not in (metrics["classification"] or {})


def separable(data):
    """Features of which the first is high in the second half of anomalous videos."""
    random = np.random.default_rng(0)
    features = random.random((len(data.store.features), 8, 4), "float32") * 0.01
    for video in data.training + data.validation + data.test:
        if video.is_anomalous:
            features[data.store.videos[video.name][0], 4:, 0] += 1
    return with_features(data, features)


def test_it_learns_from_whole_videos_and_scores_segments(tiny_settings):
    config, data = open_tiny(tiny_settings)
    data = separable(data)
    scores = fitted(config, data, strength=100.0).score(data, data.test)["segment_scores"]
    is_anomalous = np.array([video.is_anomalous for video in data.test])
    event = np.zeros_like(scores, dtype=bool)
    event[is_anomalous, 4:] = True
    assert frame_level_auc(event.ravel(), scores.ravel()) == 1.0
    assert (scores >= 0).all() and (scores <= 1).all()


def test_scores_are_probabilities_of_the_video(tiny_settings):
    config, data = open_tiny(tiny_settings)
    data = separable(data)
    system = fitted(config, data, strength=100.0)
    # The mean of a whole video, in every segment, is what the machine was calibrated on.
    means = np.array(data.store.features).mean(axis=1, keepdims=True).repeat(8, axis=1)
    flat = with_features(data, means)
    scores = system.score(flat, data.test)["segment_scores"][:, 0]
    is_anomalous = np.array([video.is_anomalous for video in data.test])
    assert scores[is_anomalous].min() > 0.5 > scores[~is_anomalous].max()


def test_it_needs_two_videos_of_each_kind(tiny_settings):
    config, data = open_tiny(tiny_settings)
    normal = [video for video in data.training if not video.is_anomalous]
    anomalous = [video for video in data.training if video.is_anomalous]
    data.training[:] = normal + anomalous[:1]
    with pytest.raises(DataError, match="two anomalous and two normal"):
        fitted(config, data)
    data.training[:] = normal + anomalous[:2]
    fitted(config, data)


def test_the_published_machine_gave_nearly_all_frames_one_score(real_data):
    curve = scipy.io.loadmat(real_data / "ucf_crime" / "roc" / "svm_baseline.mat")
    false_alarms, hits = curve["X"].ravel(), curve["Y"].ravel()
    assert len(false_alarms) == 7
    # All but the last point lie in the corner, and then the curve is one straight line.
    assert false_alarms[-2] < 0.00014 and hits[-2] == 0
    assert float(curve["AUC"].item()) == pytest.approx(0.49993, abs=1e-5)
