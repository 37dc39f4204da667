import numpy as np

from keras_wsad.baselines.position_prior import PositionPrior
from keras_wsad.data import NORMAL
from tests.baselines.check_system import check_system
from tests.baselines.open_tiny import open_tiny
from tests.baselines.open_tiny import with_features


def test_it_is_a_system(tiny_settings, tmp_path):
    check_system("position_prior", tiny_settings, tmp_path)


def test_the_curve_by_hand_is_the_same_for_all_videos_whatever_they_show(tiny_settings):
    config, data = open_tiny(tiny_settings, num_segments=4)
    system = PositionPrior(config)
    system.fit(data, run=None)
    blind = with_features(data, np.full_like(data.store.features, np.nan))
    outputs = system.score(blind, data.test)
    # p is 1/8, 3/8, 5/8, 7/8, and 4 p (1 - p) is 7/16, 15/16, 15/16, 7/16.
    expected = np.tile([7 / 16, 15 / 16, 15 / 16, 7 / 16], (len(data.test), 1))
    np.testing.assert_array_equal(outputs["segment_scores"], expected)
    # Half of the videos are normal.
    assert (outputs["class_probabilities"].argmax(axis=1) == NORMAL).all()
