import numpy as np
import pytest

from keras_wsad.metrics import frame_level_auc
from keras_wsad.metrics.bootstrap import interval
from keras_wsad.metrics.bootstrap import resample_videos
from keras_wsad.metrics.bootstrap import weighted_auc


@pytest.fixture
def segments(random):
    """Scores with ties, and how many frames of each kind a segment has."""
    scores = np.round(random.random((6, 8)), 1)
    return random.integers(0, 5, (6, 8)), random.integers(1, 5, (6, 8)), scores


def laid_out(positives, negatives, scores):
    labels = np.concatenate(
        [[1] * p + [0] * n for p, n in zip(positives.flat, negatives.flat, strict=True)]
    )
    return labels, np.repeat(scores.ravel(), (positives + negatives).ravel())


def test_weights_of_one_give_the_area_over_frames(segments):
    expected = frame_level_auc(*laid_out(*segments))
    areas = weighted_auc(*segments, np.ones((1, 6), int))
    assert areas[0] == pytest.approx(expected, rel=1e-12)


def test_a_weight_is_a_video_taken_so_many_times(segments):
    weights = np.array([2, 0, 1, 3, 1, 0])
    repeated = [np.repeat(array, weights, axis=0) for array in segments]
    expected = frame_level_auc(*laid_out(*repeated))
    assert weighted_auc(*segments, weights[None])[0] == pytest.approx(expected, rel=1e-12)


def test_every_class_keeps_its_number_of_videos():
    labels = np.array([0, 0, 1, 1, 1, 7])
    weights = resample_videos(labels, replicates=200, seed=1)
    for label, count in ((0, 2), (1, 3), (7, 1)):
        assert (weights[:, labels == label].sum(axis=1) == count).all()
    # Videos are drawn alike.
    np.testing.assert_allclose(weights.mean(axis=0), 1, atol=0.2)
    np.testing.assert_array_equal(weights, resample_videos(labels, replicates=200, seed=1))


def test_the_interval_holds_the_middle():
    assert interval(np.arange(1001)) == pytest.approx([25, 975])
