import numpy as np
import pytest

from keras_wsad.baselines.label_cleaning import check_finite
from keras_wsad.baselines.label_cleaning import clean_labels
from keras_wsad.baselines.label_cleaning import confident_predictions
from keras_wsad.baselines.label_cleaning import stretch
from keras_wsad.baselines.label_noise_cleaner import label_noise_cleaner
from keras_wsad.errors import NaNLossError


def test_the_least_varying_third_of_an_anomalous_video_is_relied_on():
    # Ten segments that vary more and more: three of them, 30 %, are kept.
    spread = np.arange(10) / 20
    predicted = np.array([[0.5 - spread], [0.5 + spread]])
    result = confident_predictions(predicted, np.array([True]))
    np.testing.assert_allclose(result, [[0.5] * 3 + [-1] * 7])


def test_all_of_a_normal_video_is_relied_on():
    predicted = np.array([[[0.1, 0.2]], [[0.3, 0.6]]])
    result = confident_predictions(predicted, np.array([False]))
    np.testing.assert_allclose(result, [[0.2, 0.4]])


def test_a_video_without_contrast_keeps_its_scores():
    scores = np.array([[0.2, 0.4, 0.3], [0.7, 0.7, 0.7]])
    np.testing.assert_allclose(stretch(scores), [[0, 1, 0.5], [0.7, 0.7, 0.7]])


def test_labels_spread_to_segments_that_look_alike(random):
    # The first two segments of an anomalous video look alike, and so do the last two; the
    # classifier is sure of the first and of the last.
    looks = np.eye(2, dtype="float32")[[0, 0, 1, 1]]
    features = looks + 0.01 * random.random((6, 4, 2), "float32")
    features[3:] = looks[3]
    is_anomalous = np.array([True] * 3 + [False] * 3)
    sure, unsure = np.array([0.9, 0.5, 0.5, 0.1]), np.array([0.0, 0.4, 0.4, 0.0])
    predicted = np.array([sure + unsure, sure - unsure])[:, None].repeat(6, axis=1)
    predicted[:, 3:] = 0.1
    cleaner = label_noise_cleaner(4, 2, learning_rate=1e-2, dropout=0.0, kernel_l2=0.0)
    batches = [np.arange(6)] * 60
    labels = clean_labels(cleaner, features, np.arange(6), is_anomalous, predicted, batches)
    assert (labels[:3, 1] > labels[:3, 2]).all()
    assert (labels[:3].max(axis=1) == 1).all() and (labels[:3].min(axis=1) == 0).all()
    assert (labels[3:] == 0).all()


def test_both_graphs_and_both_losses_reach_the_trunk(random):
    model = label_noise_cleaner(4, 3, learning_rate=1e-2, dropout=0.0, kernel_l2=0.0)
    inputs = random.random((2, 4, 3), "float32")
    model.run_eagerly = True
    none = np.full((2, 4), -1.0, "float32")
    for goals in (
        {"direct": none + 2, "indirect": none},
        {"direct": none, "indirect": none + 2},
    ):
        before = [np.array(weight) for weight in model.get_weights()]
        model.train_on_batch(inputs, goals)
        after = model.get_weights()
        assert all((a != b).any() for a, b in zip(before, after, strict=True))


def test_a_loss_that_is_nan_stops_the_training():
    with pytest.raises(NaNLossError, match="the cleaner"):
        check_finite([1.0, np.nan], "the cleaner")
