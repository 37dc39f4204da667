import numpy as np
import pytest

from keras_wsad.losses import BagRankingLoss
from keras_wsad.losses import MILRankingLoss
from tests.losses.check_loss import check_serialization
from tests.losses.check_loss import gradient
from tests.losses.check_loss import value


def test_value_by_hand():
    # Anomalous .75 and .5, normal .25 and 0.
    # Normal .25: (1 - .75 + .25) + (1 - .5 + .25) = 1.25. Normal 0: .25 + .5 = .75.
    # Their mean is 1. Sparsity: (.75 + .5) times .1.
    loss = BagRankingLoss(sparsity=0.1)
    assert value(loss, [1, 1, 0, 0], [0.75, 0.5, 0.25, 0.0]) == pytest.approx(1.125)


def test_it_ranks_as_the_loss_of_segments_ranks_videos_of_one_score(random):
    bags, is_anomalous = random.random(6), np.array([1, 0, 1, 0, 0, 1])
    scores = np.repeat(bags[:, None], 4, axis=1)
    expected = value(MILRankingLoss(0.0, 0.0), is_anomalous, scores)
    assert value(BagRankingLoss(0.0), is_anomalous, bags) == pytest.approx(expected)


def test_neither_the_order_of_the_batch_nor_a_last_axis_matters(random):
    scores, is_anomalous = random.random(6), np.array([1, 0, 1, 0, 0, 1])
    order = random.permutation(6)
    expected = pytest.approx(value(BagRankingLoss(), is_anomalous, scores), rel=1e-6)
    for y_true in (is_anomalous[order], is_anomalous[order, None]):
        for y_pred in (scores[order], scores[order, None]):
            assert value(BagRankingLoss(), y_true, y_pred) == expected


def test_the_ranking_carries_gradient():
    # Each anomalous video is in a pair with each of 2 normal ones, over 2: -1. Each normal
    # one with 3 anomalous, over 2: 1.5.
    result = gradient(BagRankingLoss(0.0), [1, 0, 1, 0, 1], [0.5, 0.2, 0.3, 0.9, 0.1])
    np.testing.assert_allclose(result, [-1, 1.5, -1, 1.5, -1], atol=1e-6)


def test_the_sparsity_carries_gradient():
    scores, is_anomalous = [0.5, 0.2, 0.3], [1, 0, 1]
    ranking = gradient(BagRankingLoss(0.0), is_anomalous, scores)
    result = gradient(BagRankingLoss(2.0), is_anomalous, scores) - ranking
    np.testing.assert_allclose(result, [2, 0, 2], atol=1e-6)


def test_separated_videos_have_no_loss():
    assert value(BagRankingLoss(0.0), [1, 0], [1.0, 0.0]) == 0


@pytest.mark.parametrize("is_anomalous", [[0, 0], [1, 1]])
def test_a_batch_of_one_kind_is_finite(is_anomalous):
    assert np.isfinite(value(BagRankingLoss(), is_anomalous, [0.2, 0.4]))
    assert np.isfinite(gradient(BagRankingLoss(), is_anomalous, [0.2, 0.4])).all()


def test_serialization():
    check_serialization(BagRankingLoss(sparsity=0.25))


def test_scores_of_segments_raise():
    with pytest.raises(ValueError, match="one score for each video"):
        value(BagRankingLoss(), [1, 0], np.ones((2, 3)))
