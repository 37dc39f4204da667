import numpy as np
import pytest

from keras_wsad.metrics.alarm_threshold import choose_alarm_threshold

FIXED = {"value": 0.5, "rule": "fixed", "videos": 0}


def chosen(is_anomalous, highest):
    return choose_alarm_threshold(is_anomalous, np.array(highest)[:, None])


def test_the_threshold_has_the_best_youdens_j():
    # Above .3: 3 of 3 anomalous and 1 of 3 normal, J = 2/3; above .6: 1/3; above .2: 1/3.
    threshold = chosen([1, 1, 1, 0, 0, 0], [0.9, 0.5, 0.4, 0.6, 0.2, 0.1])
    assert threshold["value"] == pytest.approx(0.3)
    assert (threshold["rule"], threshold["videos"]) == ("youden_within_one_error", 6)


def test_a_video_is_judged_by_its_highest_segment():
    scores = [[0.1, 0.9], [0.3, 0.3]]
    assert choose_alarm_threshold([1, 0], scores)["value"] == pytest.approx(0.6)


def test_of_equal_thresholds_the_lowest_is_taken():
    # J is 1/2 between .1 and .2 and between .4 and .8.
    threshold = chosen([1, 0, 1, 0], [0.8, 0.4, 0.2, 0.1])
    assert threshold["value"] == pytest.approx(0.15)


def test_a_lower_threshold_is_taken_within_one_standard_error():
    labels = [1] * 10 + [0] * 10
    highest = [0.99] * 8 + [0.5, 0.05] + [0.7] + [0.02] * 9
    # Above .7: J = 8/10 - 0, whose error is sqrt(.8 x .2 / 10) = .126. Above .5: still .8
    # less 1/10, .7. Above .05: 9/10 - 1/10 = .8, and above .02: 10/10 - 1/10 = .9, which is
    # the best, its error sqrt(.1 x .9 / 10) = .095; below it there is nothing.
    assert chosen(labels, highest)["value"] == pytest.approx(0.035)
    # One more normal video at .03: above .03, 1 - 1/10; above .02 within .095 of it.
    highest[-1] = 0.03
    assert chosen(labels, highest)["value"] == pytest.approx(0.04)
    # Of 20 normal ones, 1 - 2/20 is within sqrt(.05 x .95 / 20) = .049 of 1 - 1/20? No.
    more = [*highest[:10], 0.7, 0.03, *[0.02] * 18]
    assert chosen([1] * 10 + [0] * 20, more)["value"] == pytest.approx(0.04)
    # But with 3/20 at first, the error is .08, and one more false alarm is allowed.
    more = [*highest[:10], 0.7, 0.7, 0.7, 0.03, *[0.02] * 16]
    assert chosen([1] * 10 + [0] * 20, more)["value"] == pytest.approx(0.025)


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
