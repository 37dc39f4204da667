import numpy as np
import pytest

from keras_wsad.losses import BagCrossentropy
from keras_wsad.losses import MarkedSegments
from keras_wsad.losses import MILRankingLoss
from tests.losses.check_loss import check_serialization
from tests.losses.check_loss import gradient
from tests.losses.check_loss import value

SCORES = [[0.1, 0.6, 0.5, 0.58, 0.6, 0.1, 0.2, 0.3]]


def of_marks(marks, scores=SCORES, **settings):
    """What the marks add to the loss of the videos."""
    loss = MarkedSegments(MILRankingLoss(), **settings)
    y_true = np.column_stack([np.ones(len(scores)), marks]).astype("float32")
    scores = np.array(scores, "float32")
    return value(loss, y_true, scores) - value(loss.loss, y_true[:, 0], scores)


def crossentropy(targets, scores=SCORES[0]):
    targets, scores = np.array(targets), np.array(scores)
    return -np.mean(targets * np.log(scores) + (1 - targets) * np.log(1 - scores))


def test_an_event_grows_from_its_mark_to_where_the_score_falls():
    # From .58 at segment 3 down to .522: segment 4 is in, segment 2 is not, and segment 1,
    # which scores enough, is behind it.
    marks = [[-1, -1, -1, 1, -1, -1, -1, -1]]
    expected = crossentropy([0, 0, 0, 1, 1, 0, 0, 0])
    assert of_marks(marks) == pytest.approx(expected, rel=1e-5)


def test_two_marks_make_two_events_and_a_false_alarm_stops_one():
    marks = [[-1, 1, -1, 1, 0, 0, -1, -1]]
    expected = crossentropy([0, 1, 0, 1, 0, 0, 0, 0])
    assert of_marks(marks) == pytest.approx(expected, rel=1e-5)


def test_a_false_alarm_says_nothing_of_the_rest_of_its_video():
    expected = crossentropy([0, 0], [0.6, 0.1])
    assert of_marks([[-1, -1, -1, -1, 0, 0, -1, -1]]) == pytest.approx(expected, rel=1e-5)


def test_without_marks_it_is_the_loss_of_the_videos(random):
    assert of_marks(np.full((1, 8), -1.0)) == 0
    assert of_marks([[-1, 1, -1, -1, -1, -1, -1, -1]], weight=0.0) == 0


def test_the_weight_is_that_of_the_mean_over_all_known_segments():
    marks = [[-1, -1, -1, -1, -1, -1, -1, 0], [0, -1, -1, -1, -1, -1, -1, -1]]
    scores = [SCORES[0], SCORES[0]]
    expected = -2.5 * (np.log(1 - 0.3) + np.log(1 - 0.1)) / 2
    assert of_marks(marks, scores, weight=2.5) == pytest.approx(expected, rel=1e-5)


def test_the_gradient_raises_marked_segments_and_lowers_all_others_of_the_video():
    marks = np.array([[1, -1, 1, -1, -1, -1, -1, -1, 0]], "float32")
    loss = MarkedSegments(BagCrossentropy(smoothness=0.0))
    (slope,) = gradient(loss, marks, SCORES)
    (before,) = gradient(loss.loss, marks[:, 0], SCORES)
    change = slope - before
    assert change[1] < 0
    assert (np.delete(change, 1) > 0).all()


def test_certain_scores_have_a_finite_gradient():
    marks = np.array([[1, 1, -1, -1, 0]], "float32")
    assert np.isfinite(
        gradient(MarkedSegments(BagCrossentropy()), marks, [[0, 0, 1, 1]])
    ).all()


def test_serialization():
    check_serialization(MarkedSegments(BagCrossentropy(smoothness=0.5), 0.3, 0.8))
