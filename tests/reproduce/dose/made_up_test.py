import numpy as np
import pytest

from keras_wsad.data import NORMAL
from keras_wsad.errors import ConfigError
from reproduce.dose.made_up import MadeUpVideos


@pytest.fixture(scope="module")
def videos():
    return MadeUpVideos(event_segments=4, distractors=0.5, train_per_class=2)


def test_doses_are_what_they_say(videos):
    training, test = videos.make(0)
    assert training.features.shape == (2 * 13 * 2, 32, 32)
    assert test.features.shape == (2 * 13 * 10, 32, 32)
    for part in (training, test):
        normal = part.labels == NORMAL
        assert normal.sum() == (~normal).sum()
        assert (part.is_event.sum(axis=1) == np.where(normal, 0, 4)).all()
        # Half of 28 segments, or of 32.
        assert (part.is_distractor.sum(axis=1) == np.where(normal, 16, 14)).all()
        assert not (part.is_event & part.is_distractor).any()


def test_an_event_points_to_its_class_and_a_distractor_to_another(videos):
    training, test = videos.make(3)

    def mean(part, chosen):
        return part.features[chosen].astype(np.float64).mean(axis=0)

    # Directions from the test part alone: events of a class, less those of all classes.
    alike = mean(test, test.is_event)
    for label in (0, 3, 13):
        direction = mean(test, test.is_event & (test.labels == label)[:, None]) - alike
        direction /= np.linalg.norm(direction)
        of_class = (training.labels == label)[:, None]
        event, distractor = (
            mean(training, chosen & of_class) @ direction
            for chosen in (training.is_event, training.is_distractor)
        )
        # 4 of strength less a thirteenth, against noise of 1 / sqrt(8).
        assert event > 2
        assert distractor < 1
    # What events share and normal videos lack: the alarm, and a thirteenth of each class.
    normal = (test.labels == NORMAL)[:, None]
    assert np.linalg.norm(alike) == pytest.approx(np.hypot(4, 4 / np.sqrt(13)), abs=0.3)
    assert np.linalg.norm(mean(test, test.is_distractor & normal)) < 2


def test_seeds_make_other_videos_and_the_same_one_the_same(videos):
    (one, _), (same, _), (other, _) = (videos.make(seed) for seed in (0, 0, 1))
    np.testing.assert_array_equal(one.features, same.features)
    assert not np.array_equal(one.features, other.features)


@pytest.mark.parametrize(
    "settings", [{"event_segments": 0}, {"distractors": 1.5}, {"feature_dim": 13}]
)
def test_an_impossible_dose_is_an_error(settings):
    with pytest.raises(ConfigError, match=next(iter(settings))):
        MadeUpVideos(**settings)
