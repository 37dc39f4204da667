import math

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from keras_wsad.errors import DataError
from keras_wsad.metrics.calibration import Calibration
from keras_wsad.metrics.calibration import expected_calibration_error
from keras_wsad.metrics.calibration import reliability


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def made_up(random, videos, slope=0.4, offset=1.5):
    """Videos whose highest scores, of a known calibration, are far too sure."""
    true = random.normal(scale=2, size=videos)
    is_anomalous = random.random(videos) < sigmoid(true)
    highest = sigmoid((true - offset) / slope)
    lower = highest[:, None] * random.random((videos, 3))
    return is_anomalous, np.concatenate([lower, highest[:, None]], axis=1)


def test_a_known_calibration_is_found(random):
    calibration = Calibration.fit(*made_up(random, 20_000))
    assert calibration.slope == pytest.approx(0.4, rel=0.05)
    assert calibration.offset == pytest.approx(1.5, rel=0.05)
    assert calibration.videos == 20_000


def test_other_videos_have_scores_that_are_chances(random):
    calibration = Calibration.fit(*made_up(random, 100))
    is_anomalous, scores = made_up(random, 2000)
    highest = scores.max(axis=1)
    before = expected_calibration_error(is_anomalous, highest)
    after = expected_calibration_error(is_anomalous, calibration(highest))
    assert before > 0.2
    assert after < before / 2


def test_scores_keep_their_order(random):
    is_anomalous, scores = made_up(random, 50)
    calibrated = Calibration.fit(is_anomalous, scores)(scores)
    assert calibrated.shape == scores.shape
    assert (np.diff(calibrated.ravel()[scores.ravel().argsort()]) >= 0).all()
    # Some scores next to 1 are one in float32.
    assert roc_auc_score(is_anomalous, calibrated.max(axis=1)) == pytest.approx(
        roc_auc_score(is_anomalous, scores.max(axis=1)), abs=1e-3
    )


def test_the_fit_is_platts(random):
    """At the minimum the gradients of the cross-entropy with Platt's targets vanish."""
    is_anomalous, scores = made_up(random, 40)
    calibration = Calibration.fit(is_anomalous, scores)
    highest = scores.max(axis=1)
    positives, negatives = is_anomalous.sum(), (~is_anomalous).sum()
    target = np.where(is_anomalous, (positives + 1) / (positives + 2), 1 / (negatives + 2))
    error = calibration(highest) - target
    assert abs(error.sum()) < 1e-3
    assert abs(np.sum(error * np.log(highest / (1 - highest)))) < 1e-2


def test_videos_that_scores_separate_give_a_finite_slope():
    calibration = Calibration.fit([1, 1, 0, 0], [[1.0], [1.0], [0.0], [0.0]])
    chances = calibration(np.array([0.0, 1.0]))
    # Platt's targets for two videos of either kind.
    np.testing.assert_allclose(chances, [0.25, 0.75], atol=1e-3)


@pytest.mark.parametrize(
    ("is_anomalous", "highest"),
    [([1, 1], [0.9, 0.1]), ([0, 0], [0.9, 0.1]), ([1, 0], [0.2, 0.7]), ([], [])],
    ids=["no normal", "no anomalous", "the wrong way round", "no video"],
)
def test_without_videos_that_tell_scores_stay(is_anomalous, highest):
    scores = np.array(highest).reshape(-1, 1)
    calibration = Calibration.fit(is_anomalous, scores)
    assert calibration == Calibration(slope=1.0, offset=0.0, videos=0)
    np.testing.assert_allclose(calibration(scores), scores)


def test_scores_of_0_and_1_stay_finite():
    assert np.isfinite(Calibration(slope=3.0)(np.array([0.0, 1.0]))).all()


def test_points_of_the_diagram_by_hand():
    said, seen, counts = reliability([0, 1, 1, 1], [0.12, 0.18, 0.95, 1.0])
    np.testing.assert_allclose(said, [0.15, 0.975])
    np.testing.assert_allclose(seen, [0.5, 1.0])
    assert counts.tolist() == [2, 2]
    error = expected_calibration_error([0, 1, 1, 1], [0.12, 0.18, 0.95, 1.0])
    assert error == pytest.approx((0.35 + 0.025) / 2)
    assert np.isnan(expected_calibration_error([], []))


@pytest.mark.parametrize(
    "wrong", [{"slope": math.inf}, {"slope": "1"}, {"offset": []}, {"offset": math.nan}]
)
def test_what_is_no_finite_number_raises(wrong):
    with pytest.raises(DataError, match="Expected a finite slope and offset"):
        Calibration(**wrong)
