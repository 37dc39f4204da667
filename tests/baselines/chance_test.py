import numpy as np

from keras_wsad.alignment import frames_of
from keras_wsad.baselines.chance import Chance
from keras_wsad.metrics import frame_level_auc
from tests.baselines.check_system import check_system
from tests.baselines.open_tiny import open_tiny


def test_it_is_a_system(tiny_settings, tmp_path):
    check_system("chance", tiny_settings, tmp_path)


def scores_of(settings, videos=slice(None), seed=0):
    config, data = open_tiny(settings, seed=seed)
    system = Chance(config)
    system.fit(data, run=None)
    return data.test[videos], system.score(data, data.test[videos])["segment_scores"]


def test_it_is_at_chance_over_many_seeds(tiny_settings):
    values = []
    for seed in range(20):
        videos, scores = scores_of(tiny_settings, seed=seed)
        values.append(frame_level_auc(*frames_of(videos, scores, "aligned")))
    assert 0.47 < np.mean(values) < 0.53
    assert len(set(values)) == 20


def test_a_video_has_the_same_scores_in_any_company(tiny_settings):
    _, everybody = scores_of(tiny_settings)
    _, some = scores_of(tiny_settings, videos=slice(3, 5))
    np.testing.assert_array_equal(some, everybody[3:5])
