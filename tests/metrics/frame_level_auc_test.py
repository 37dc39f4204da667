import numpy as np
import pytest
import scipy.io

from keras_wsad.errors import DataError
from keras_wsad.metrics import frame_level_auc
from keras_wsad.metrics import video_level_auc


def test_it_is_the_share_of_pairs_ranked_rightly(random):
    labels, scores = random.random(60) < 0.3, np.round(random.random(60), 1)
    pairs = [
        (positive > negative) + 0.5 * (positive == negative)
        for positive in scores[labels]
        for negative in scores[~labels]
    ]
    assert frame_level_auc(labels, scores) == pytest.approx(np.mean(pairs))


def test_a_monotonic_change_of_the_scores_changes_nothing(random):
    labels, scores = random.random(60) < 0.3, random.random(60)
    assert frame_level_auc(labels, scores) == frame_level_auc(labels, np.exp(5 * scores))


def test_equal_scores_are_chance():
    assert frame_level_auc([0, 1, 1], [0.3, 0.3, 0.3]) == 0.5


@pytest.mark.parametrize(
    ("labels", "scores", "complaint"),
    [
        ([0, 0], [0.1, 0.2], "both anomalous and normal"),
        ([0, 1], [0.1, np.nan], "finite"),
        ([0, 1], [0.1], "one shape"),
        ([[0, 1]], [[0.1, 0.2]], "one shape"),
    ],
)
def test_what_has_no_area_raises(labels, scores, complaint):
    with pytest.raises(DataError, match=complaint):
        frame_level_auc(labels, scores)


def test_a_video_is_judged_by_its_highest_segment():
    assert video_level_auc([1, 0], [[0.0, 0.5], [0.4, 0.4]]) == 1.0


@pytest.mark.parametrize(
    ("name", "area"),
    [
        ("proposed", 0.8212),
        ("svm_baseline", 0.4999),
        ("lu", 0.6551),
        ("hasan", 0.5066),
        ("sultani", 0.7541),
    ],
)
def test_published_curves_have_the_published_areas(real_data, name, area):
    """Draws labels and scores from a curve, and gives them to our own metric."""
    folder = real_data / "ucf_crime" / "roc"
    if name == "proposed":
        false_rates = np.load(folder / "proposed_fpr.npy", allow_pickle=False)
        true_rates = np.load(folder / "proposed_tpr.npy", allow_pickle=False)
    else:
        curve = scipy.io.loadmat(folder / f"{name}.mat")
        false_rates, true_rates = np.ravel(curve["X"]), np.ravel(curve["Y"])
    # A point of the curve is a threshold: what lies between two has one score. Rates are
    # those of UCF-Crime's 84,187 anomalous and 1,027,845 normal frames.
    positives = np.diff(np.rint(np.append(0, true_rates) * 84_187)).astype(int)
    negatives = np.diff(np.rint(np.append(0, false_rates) * 1_027_845)).astype(int)
    assert (positives >= 0).all() and (negatives >= 0).all()
    scores = -np.arange(len(positives))
    labels = np.repeat([True, False], [positives.sum(), negatives.sum()])
    scores = np.concatenate([np.repeat(scores, positives), np.repeat(scores, negatives)])
    assert round(frame_level_auc(labels, scores), 4) == area
