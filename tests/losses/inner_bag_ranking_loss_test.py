import numpy as np
import pytest

from keras_wsad.losses import InnerBagRankingLoss
from keras_wsad.losses import MILRankingLoss
from tests.losses.check_loss import check_serialization
from tests.losses.check_loss import gradient
from tests.losses.check_loss import value


def test_value_by_hand():
    # Anomalous (0, .75) and (.5, .25), normal (.25, 0).
    # Ranking: (1 - .75 + .25) + (1 - .5 + .25) = 1.25.
    # Gaps .75 and .25 of the anomalous: .25 + .75 = 1; of the normal .25; times 2.
    # Smoothness: (.5625 + .0625) times .1. Sparsity: 1.5 times .01.
    scores = np.array([[0, 0.75], [0.5, 0.25], [0.25, 0]])
    loss = InnerBagRankingLoss(smoothness=0.1, sparsity=0.01, inner_bag=2.0)
    expected = 1.25 + 2.5 + 0.0625 + 0.015
    assert value(loss, [1, 1, 0], scores) == pytest.approx(expected)


def test_without_its_weight_it_is_the_plain_ranking_loss(random):
    scores, is_anomalous = random.random((6, 5)), np.array([1, 0, 1, 0, 0, 1])
    expected = value(MILRankingLoss(0.3, 0.2), is_anomalous, scores)
    loss = InnerBagRankingLoss(0.3, 0.2, inner_bag=0.0)
    assert value(loss, is_anomalous, scores) == pytest.approx(expected)


def test_the_order_of_the_batch_does_not_matter(random):
    scores, is_anomalous = random.random((6, 5)), np.array([1, 0, 1, 0, 0, 1])
    order = random.permutation(6)
    loss = InnerBagRankingLoss()
    expected = pytest.approx(value(loss, is_anomalous, scores), rel=1e-6)
    assert value(loss, is_anomalous[order], scores[order]) == expected
    assert value(loss, is_anomalous[:, None], scores) == expected


def inner_gradient(scores, is_anomalous):
    """What the term inside the videos adds to the gradient."""
    with_it = gradient(InnerBagRankingLoss(0.0, 0.0, 1.0), is_anomalous, scores)
    return with_it - gradient(InnerBagRankingLoss(0.0, 0.0, 0.0), is_anomalous, scores)


def test_the_gap_of_an_anomalous_video_is_made_larger():
    result = inner_gradient([[0.5, 0.2, 0.9], [0.0, 0.3, 0.1]], [1, 0])
    np.testing.assert_allclose(result[0], [0, 1, -1], atol=1e-6)


def test_the_gap_of_a_normal_video_is_made_smaller():
    result = inner_gradient([[0.5, 0.2, 0.9], [0.0, 0.3, 0.1]], [1, 0])
    np.testing.assert_allclose(result[1], [-1, 1, 0], atol=1e-6)


def test_the_ranking_carries_gradient():
    scores = [[0.5, 0.2, 0.9], [0.0, 0.3, 0.1]]
    result = gradient(InnerBagRankingLoss(0.0, 0.0, 0.0), [1, 0], scores)
    np.testing.assert_allclose(result, [[0, 0, -1], [0, 1, 0]], atol=1e-6)


@pytest.mark.parametrize("term", ["smoothness", "sparsity"])
def test_the_other_terms_carry_the_gradient_of_the_plain_ranking_loss(random, term):
    scores, is_anomalous = random.random((4, 5)), [1, 1, 0, 0]
    none = {"smoothness": 0.0, "sparsity": 0.0}
    terms = [
        gradient(loss(**{**none, term: 1.0}), is_anomalous, scores)
        - gradient(loss(**none), is_anomalous, scores)
        for loss in (InnerBagRankingLoss, MILRankingLoss)
    ]
    assert np.abs(terms[0][:2]).max() > 0.1
    np.testing.assert_allclose(*terms, atol=1e-5)


def test_separated_videos_have_no_ranking_loss():
    scores = [[0.0, 1.0], [0.0, 0.0]]
    assert value(InnerBagRankingLoss(0, 0), [1, 0], scores) == 0


@pytest.mark.parametrize("is_anomalous", [[0, 0], [1, 1]])
def test_a_batch_of_one_kind_is_finite(is_anomalous):
    scores = [[0.2, 0.4], [0.3, 0.3]]
    assert np.isfinite(value(InnerBagRankingLoss(), is_anomalous, scores))
    assert np.isfinite(gradient(InnerBagRankingLoss(), is_anomalous, scores)).all()


def test_serialization():
    check_serialization(InnerBagRankingLoss(0.25, 0.5, inner_bag=0.75))


def test_scores_of_another_rank_raise():
    with pytest.raises(ValueError, match="batch, segments"):
        value(InnerBagRankingLoss(), [1, 0], np.ones((2, 3, 1)))
