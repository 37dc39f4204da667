import numpy as np
import pytest

from keras_wsad.metrics.alarm_threshold import choose_alarm_threshold

FIXED = {"value": 0.5, "rule": "fixed", "videos": 0}


def chosen(is_anomalous, highest):
    return choose_alarm_threshold(is_anomalous, np.array(highest)[:, None])


def test_the_threshold_maximises_youdens_j():
    # Above .3: 3 of 3 anomalous and 1 of 3 normal, J = 2/3; above .6: 1/3; above .2: 1/3.
    threshold = chosen([1, 1, 1, 0, 0, 0], [0.9, 0.5, 0.4, 0.6, 0.2, 0.1])
    assert threshold["value"] == pytest.approx(0.3)
    assert (threshold["rule"], threshold["videos"]) == ("youden_on_validation", 6)


def test_a_video_is_judged_by_its_highest_segment():
    scores = [[0.1, 0.9], [0.3, 0.3]]
    assert choose_alarm_threshold([1, 0], scores)["value"] == pytest.approx(0.6)


def test_of_equal_thresholds_the_middle_of_the_widest_gap_is_taken():
    # J is 1/2 between .1 and .2 and between .4 and .8: the second gap is wider.
    threshold = chosen([1, 0, 1, 0], [0.8, 0.4, 0.2, 0.1])
    assert threshold["value"] == pytest.approx(0.6)
    # As wide as each other: fewer false alarms.
    assert chosen([1, 0, 1, 0], [1.0, 0.75, 0.5, 0.25])["value"] == 0.875


def test_equal_scores_fall_on_the_same_side():
    # Above .5 there is one anomalous video of two; at .5 there is one of each kind.
    assert chosen([1, 1, 0, 0], [0.75, 0.5, 0.5, 0.5])["value"] == 0.625


@pytest.mark.parametrize(
    ("is_anomalous", "highest"),
    [
        ([1, 1], [0.9, 0.1]),
        ([0, 0], [0.9, 0.1]),
        ([1, 0], [0.7, 0.7]),
        ([1, 0], [0.2, 0.7]),
    ],
    ids=["no normal", "no anomalous", "all equal", "the wrong way round"],
)
def test_without_a_threshold_that_helps_it_is_fixed(is_anomalous, highest):
    assert chosen(is_anomalous, highest) == FIXED


def test_without_a_video_it_is_fixed():
    assert choose_alarm_threshold([], np.zeros((0, 32))) == FIXED


def test_the_order_of_videos_does_not_matter(random):
    labels, highest = random.random(50) < 0.4, random.random(50)
    order = random.permutation(50)
    assert chosen(labels, highest) == chosen(labels[order], highest[order])
