import itertools

import numpy as np
import pytest

from keras_wsad.losses import MILRankingLoss
from keras_wsad.losses import TopScoresRankingLoss
from tests.losses.check_loss import check_serialization
from tests.losses.check_loss import gradient
from tests.losses.check_loss import value

IS_ANOMALOUS = [1, 1, 0, 0]
# Sorted differently in each video, so that a wrong segment would show.
SCORES = np.array(
    [
        [0.1, 0.9, 0.3, 0.6],
        [0.8, 0.2, 0.7, 0.5],
        [0.4, 0.0, 0.1, 0.2],
        [0.05, 0.3, 0.2, 0.1],
    ]
)


def slow_loss(is_anomalous, scores, smoothness, sparsity):
    """The equation as it is written, with loops."""
    pairs = list(zip(is_anomalous, scores, strict=True))
    anomalous = [sorted(s, reverse=True) for a, s in pairs if a]
    normal = [max(s) for a, s in pairs if not a]
    total = 0.0
    for place in range(3):
        for video in anomalous:
            for highest in normal:
                total += max(0, 1 - video[place] + highest) / len(normal)
    for video in anomalous:
        total += max(0, 1 - video[0] + video[-1]) + sparsity * sum(video)
    for a, s in pairs:
        total += smoothness * a * sum((y - x) ** 2 for x, y in itertools.pairwise(s))
    return total


def test_value_by_hand():
    # Anomalous (.75, .25, .5), normal (0, .25, 0).
    # The three highest: (1 - .75 + .25) + (1 - .5 + .25) + (1 - .25 + .25) = 2.25.
    # Highest and lowest: 1 - .75 + .25 = .5. Smoothness: (.25 + .0625) times .1.
    # Sparsity: 1.5 times .01.
    scores = np.array([[0.75, 0.25, 0.5], [0.0, 0.25, 0.0]])
    loss = TopScoresRankingLoss(smoothness=0.1, sparsity=0.01)
    assert value(loss, [1, 0], scores) == pytest.approx(2.75 + 0.03125 + 0.015)


@pytest.mark.parametrize("anomalous", [1, 4, 7])
def test_it_equals_slow_loops(random, anomalous):
    scores = random.random((8, 32))
    is_anomalous = np.zeros(8)
    is_anomalous[random.permutation(8)[:anomalous]] = 1
    expected = slow_loss(is_anomalous, scores, 0.3, 0.2)
    actual = value(TopScoresRankingLoss(0.3, 0.2), is_anomalous, scores)
    assert actual == pytest.approx(expected, rel=1e-5)


def test_the_order_of_the_batch_does_not_matter(random):
    scores, is_anomalous = random.random((6, 5)), np.array([1, 0, 1, 0, 0, 1])
    order = random.permutation(6)
    loss = TopScoresRankingLoss()
    expected = pytest.approx(value(loss, is_anomalous, scores), rel=1e-6)
    assert value(loss, is_anomalous[order], scores[order]) == expected
    assert value(loss, is_anomalous[:, None], scores) == expected


def ranking_gradient():
    return gradient(TopScoresRankingLoss(0.0, 0.0), IS_ANOMALOUS, SCORES)


def test_the_highest_score_carries_gradient_of_both_of_its_terms():
    # Once against the normal videos, once against the lowest of its own.
    assert ranking_gradient()[[0, 1], [1, 0]].tolist() == pytest.approx([-2, -2])


def test_the_second_highest_score_carries_gradient():
    assert ranking_gradient()[[0, 1], [3, 2]].tolist() == pytest.approx([-1, -1])


def test_the_third_highest_score_carries_gradient():
    assert ranking_gradient()[[0, 1], [2, 3]].tolist() == pytest.approx([-1, -1])


def test_the_lowest_score_of_an_anomalous_video_carries_gradient():
    assert ranking_gradient()[[0, 1], [0, 1]].tolist() == pytest.approx([1, 1])


def test_the_highest_score_of_a_normal_video_carries_gradient_of_three_terms():
    result = ranking_gradient()[2:]
    expected = np.zeros((2, 4))
    # Three terms with 2 anomalous videos, over 2 normal ones.
    expected[[0, 1], [0, 1]] = 3
    np.testing.assert_allclose(result, expected, atol=1e-6)


@pytest.mark.parametrize("term", ["smoothness", "sparsity"])
def test_the_other_terms_carry_the_gradient_of_the_plain_ranking_loss(term):
    none = {"smoothness": 0.0, "sparsity": 0.0}
    terms = [
        gradient(loss(**{**none, term: 1.0}), IS_ANOMALOUS, SCORES)
        - gradient(loss(**none), IS_ANOMALOUS, SCORES)
        for loss in (TopScoresRankingLoss, MILRankingLoss)
    ]
    assert (np.abs(terms[0][:2]) > 0.05).all()
    assert (terms[0][2:] == 0).all()
    np.testing.assert_allclose(*terms, atol=1e-5)


def test_separated_videos_have_no_ranking_loss():
    scores = [[0.0, 1.0, 1.0, 1.0], [0.0, 0.0, 0.0, 0.0]]
    assert value(TopScoresRankingLoss(0, 0), [1, 0], scores) == 0


@pytest.mark.parametrize("is_anomalous", [[0, 0], [1, 1]])
def test_a_batch_of_one_kind_is_finite(is_anomalous):
    scores = [[0.2, 0.4, 0.4], [0.1, 0.3, 0.3]]
    assert np.isfinite(value(TopScoresRankingLoss(), is_anomalous, scores))
    assert np.isfinite(gradient(TopScoresRankingLoss(), is_anomalous, scores)).all()


def test_serialization():
    check_serialization(TopScoresRankingLoss(smoothness=0.25, sparsity=0.5))


@pytest.mark.parametrize(("shape", "words"), [((2, 3, 1), "batch, seg"), ((2, 2), "3 seg")])
def test_scores_of_another_shape_raise(shape, words):
    with pytest.raises(ValueError, match=words):
        value(TopScoresRankingLoss(), [1, 0], np.ones(shape))
