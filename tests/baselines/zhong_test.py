import numpy as np
import pytest

from keras_wsad.baselines.zhong import Zhong
from keras_wsad.errors import ConfigError
from keras_wsad.errors import RunError
from keras_wsad.metrics import video_level_auc
from tests.baselines.check_system import check_system
from tests.baselines.open_tiny import open_tiny


@pytest.mark.large
def test_it_is_a_system(tiny_settings, tmp_path):
    metrics = check_system("zhong", tiny_settings, tmp_path)
    # It knows no checkpoints, and takes all of the two steps that it is given.
    assert metrics["about"]["steps"] == 2


def judge(settings, monkeypatch, values, **changes):
    """Fits with given held-out values; returns the bias of each round and the kept one."""
    config, data = open_tiny(settings, steps=6, **changes)
    system = Zhong(config)
    seen = []

    def held_out(self, data):
        seen.append(np.array(self.classifier.get_weights()[0]))
        return values[len(seen) - 1]

    monkeypatch.setattr(Zhong, "_held_out", held_out)
    system.fit(data, run=None)
    return seen, system.classifier.get_weights()[0]


@pytest.mark.large
def test_the_best_round_is_kept(tiny_settings, monkeypatch):
    seen, kept = judge(tiny_settings, monkeypatch, [0.5, 0.7, 0.6])
    assert len(seen) == 3
    np.testing.assert_array_equal(kept, seen[1])
    assert (seen[0] != seen[1]).any() and (seen[1] != seen[2]).any()


def test_without_held_out_videos_the_last_round_is_kept(tiny_settings):
    changes = {"validation_fraction": 0, "checkpoint_rule": "last"}
    config, data = open_tiny(tiny_settings, **changes)
    assert Zhong(config)._held_out(data) == np.inf


@pytest.mark.large
def test_it_tells_anomalous_training_videos_from_normal_ones(tiny_settings):
    config, data = open_tiny(tiny_settings, steps=90, learning_rate=1e-3, dropout=0.2)
    system = Zhong(config)
    system.fit(data, run=None)
    scores = system.score(data, data.training)["segment_scores"]
    is_anomalous = [video.is_anomalous for video in data.training]
    assert video_level_auc(is_anomalous, scores) > 0.8


def test_choosing_on_the_test_videos_raises(tiny_settings):
    config, data = open_tiny(tiny_settings, checkpoint_rule="best_on_test")
    with pytest.raises(ConfigError, match="best_on_validation or last"):
        Zhong(config).fit(data, run=None)


def test_predictions_that_cannot_vary_raise(tiny_settings):
    config, data = open_tiny(tiny_settings, dropout=0.0)
    with pytest.raises(ConfigError, match="predictions that vary"):
        Zhong(config).fit(data, run=None)


def test_a_damaged_classifier_is_named(tiny_settings, tmp_path):
    config, _ = open_tiny(tiny_settings)
    (tmp_path / "classifier.keras").write_bytes(b"damaged")
    with pytest.raises(RunError, match=r"classifier\.keras"):
        Zhong(config).load(tmp_path)
