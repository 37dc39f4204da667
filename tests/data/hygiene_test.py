import numpy as np
import pytest

from keras_wsad.config import ExperimentConfig
from keras_wsad.data import CLASS_NAMES
from keras_wsad.data import NORMAL
from keras_wsad.data import open_experiment_data
from keras_wsad.data.hygiene import describe_groups

# Half of the videos are normal.
ANOMALIES = [label for label in range(len(CLASS_NAMES)) if label != NORMAL]
LABELS = np.array([*np.repeat(ANOMALIES, 20), *[NORMAL] * 260])
WARNING = "WARNING: these features seem to leak their labels"


def describe(random, batches):
    """Describes noise whose mean differs between batches."""
    noise = random.normal(size=(len(LABELS), 64))
    means = random.normal(size=(len(LABELS), 64)) * 2
    return describe_groups(noise + means[batches], LABELS)


def alphabetic(labels):
    """Five batches of classes that follow each other."""
    return labels * 5 // len(CLASS_NAMES)


def test_batches_that_follow_the_alphabet_are_a_warning(random):
    verdict = describe(random, alphabetic(LABELS))
    assert verdict.startswith("5 groups of features, found without labels, name the")
    assert WARNING in verdict


def test_normal_videos_of_another_source_are_a_warning(random):
    assert WARNING in describe(random, (LABELS == NORMAL).astype(int))


def test_anomalies_in_batches_are_a_warning_though_normal_videos_are_in_all(random):
    batches = alphabetic(LABELS)
    batches[LABELS == NORMAL] = np.arange(260) % 5
    assert WARNING in describe(random, batches)


@pytest.mark.parametrize("num_batches", [1, 5])
def test_batches_that_do_not_follow_the_classes_are_none(random, num_batches):
    verdict = describe(random, np.arange(len(LABELS)) % num_batches)
    assert verdict.endswith("No sign that these features leak their labels.")


def test_random_labels_of_the_fewest_videos_are_no_warning(random):
    for _ in range(20):
        features = random.normal(size=(70, 8)).astype(np.float32)
        assert WARNING not in describe_groups(features, random.choice(LABELS, 50))


def test_few_videos_have_no_verdict():
    verdict = describe_groups(np.zeros((60, 4)), LABELS[:49])
    assert verdict.endswith("49 training videos, fewer than 50.")


@pytest.mark.filterwarnings("ignore:Number of distinct clusters")
def test_features_of_one_value_or_of_the_largest_raise_nothing(random):
    for features in (np.zeros((520, 4)), random.choice([-1e15, 1e15], (520, 4))):
        assert WARNING not in describe_groups(features.astype(np.float32), LABELS)


@pytest.mark.parametrize(
    "features, agreement, leaks", [("r3d34", 0.67, True), ("c3d_part", 0.11, False)]
)
def test_of_real_features_those_that_leak_are_a_warning(
    real_data, features, agreement, leaks
):
    config = ExperimentConfig(data=str(real_data / "ucf_crime"), features=features)
    summary = open_experiment_data(config).audited().summary
    assert (WARNING in summary) == leaks
    found = float(summary.partition("agreement ")[2].partition(",")[0])
    assert found == pytest.approx(agreement, abs=0.05)
