import numpy as np
import pytest

from keras_wsad.losses import MILRankingLoss
from tests.losses.check_loss import check_serialization
from tests.losses.check_loss import gradient
from tests.losses.check_loss import value


def slow_loss(is_anomalous, scores, smoothness, sparsity):
    """The equation as it is printed, with loops."""
    ranking, normal_videos, smooth, sparse = 0.0, 0, 0.0, 0.0
    for n in range(len(scores)):
        if is_anomalous[n]:
            continue
        normal_videos += 1
        for a in range(len(scores)):
            if is_anomalous[a]:
                ranking += max(0.0, 1 - max(scores[a]) + max(scores[n]))
    for a in range(len(scores)):
        if is_anomalous[a]:
            for t in range(len(scores[a])):
                sparse += scores[a][t]
                if t + 1 < len(scores[a]):
                    smooth += (scores[a][t + 1] - scores[a][t]) ** 2
    return ranking / normal_videos + smoothness * smooth + sparsity * sparse


def test_value_by_hand():
    # Anomalous: (0, .75) and (.5, .25); normal: (.25, 0).
    # Ranking: (1 - .75 + .25) + (1 - .5 + .25) = 1.25, over 1 normal video.
    # Smoothness: .75^2 + .25^2 = .625, times .1. Sparsity: .75 + .75 = 1.5, times .01.
    scores = np.array([[0, 0.75], [0.5, 0.25], [0.25, 0]])
    loss = MILRankingLoss(smoothness=0.1, sparsity=0.01)
    assert value(loss, [1, 1, 0], scores) == pytest.approx(1.25 + 0.0625 + 0.015)


@pytest.mark.parametrize("anomalous", [1, 4, 7])
def test_it_equals_a_slow_double_loop(random, anomalous):
    scores = random.random((8, 32))
    is_anomalous = np.zeros(8)
    is_anomalous[random.permutation(8)[:anomalous]] = 1
    expected = slow_loss(is_anomalous, scores, 0.3, 0.2)
    loss = MILRankingLoss(smoothness=0.3, sparsity=0.2)
    assert value(loss, is_anomalous, scores) == pytest.approx(expected, rel=1e-5)


def test_the_order_of_the_batch_does_not_matter(random):
    scores, is_anomalous = random.random((6, 5)), np.array([1, 0, 1, 0, 0, 1])
    order = random.permutation(6)
    loss = MILRankingLoss()
    expected = pytest.approx(value(loss, is_anomalous, scores), rel=1e-6)
    assert value(loss, is_anomalous[order], scores[order]) == expected
    assert value(loss, is_anomalous[:, None], scores) == expected


def test_every_term_carries_gradient(random):
    scores, is_anomalous = random.random((4, 5)), np.array([1, 1, 0, 0])
    highest = scores.argmax(axis=1)
    ranking = gradient(MILRankingLoss(0.0, 0.0), is_anomalous, scores)
    # Only the highest segment of each video is ranked, up if anomalous, down if normal.
    expected = np.zeros_like(scores)
    expected[[0, 1], highest[:2]] = -1
    expected[[2, 3], highest[2:]] = 1
    np.testing.assert_allclose(ranking, expected, atol=1e-6)

    smoothness = gradient(MILRankingLoss(1.0, 0.0), is_anomalous, scores) - ranking
    steps = np.diff(scores, axis=1)
    expected = np.zeros_like(scores)
    expected[:, :-1] -= 2 * steps
    expected[:, 1:] += 2 * steps
    expected[2:] = 0
    np.testing.assert_allclose(smoothness, expected, atol=1e-5)

    sparsity = gradient(MILRankingLoss(0.0, 1.0), is_anomalous, scores) - ranking
    np.testing.assert_allclose(sparsity, is_anomalous[:, None] * np.ones((4, 5)), atol=1e-6)


def test_separated_videos_have_no_ranking_loss():
    assert value(MILRankingLoss(0, 0), [1, 0], [[0.0, 1.0], [0.0, 0.0]]) == 0


@pytest.mark.parametrize("is_anomalous", [[0, 0], [1, 1]])
def test_a_batch_of_one_kind_is_finite(is_anomalous):
    scores = [[0.2, 0.4], [0.1, 0.3]]
    assert np.isfinite(value(MILRankingLoss(), is_anomalous, scores))
    assert np.isfinite(gradient(MILRankingLoss(), is_anomalous, scores)).all()


def test_serialization():
    check_serialization(MILRankingLoss(smoothness=0.25, sparsity=0.5))


def test_scores_of_another_rank_raise():
    with pytest.raises(ValueError, match="batch, segments"):
        value(MILRankingLoss(), [1, 0], np.ones((2, 3, 1)))
