import numpy as np
import pytest
from sklearn.metrics import roc_auc_score
from sklearn.neighbors import NearestCentroid

from keras_wsad.data import CLASS_NAMES
from keras_wsad.scenes.canvas import HEIGHT
from keras_wsad.scenes.canvas import WIDTH
from keras_wsad.scenes.data_set import VERSION
from keras_wsad.scenes.screenplay import EVENTS
from keras_wsad.scenes.screenplay import FPS
from keras_wsad.scenes.screenplay import write_scene

# The part of a frame in a square centre crop, with the border of resizing.
CROP = (slice(14, 226), slice(54, 266))


def picture(scene, number, cast=None):
    """A frame with the same noise whatever it shows."""
    cast = scene.cast if cast is None else cast
    random = np.random.default_rng(number)
    frame = scene.camera.take(scene.backdrop, cast, number / FPS, random)
    return np.asarray(frame, np.int16)


def test_there_is_a_script_for_every_anomaly():
    assert sorted([*EVENTS, "Normal"]) == list(CLASS_NAMES)


def test_the_same_state_writes_the_same_scene():
    frames = []
    for _ in range(2):
        scene = write_scene("Arrest", np.random.default_rng(3))
        frames.append([picture(scene, number) for number in (0, 100, 200)])
    np.testing.assert_array_equal(*frames)
    other = write_scene("Arrest", np.random.default_rng(4))
    assert (picture(other, 100) != frames[0][1]).any()


def test_the_scenes_of_this_version_stay_as_they_are():
    """Whoever changes them raises `VERSION`: videos in a cache would be of both kinds."""
    expected = {
        ("Arrest", 3): (323, [(65, 181)], 17, 0.8315925),
        ("Stealing", 4): (302, [(71, 151)], 18, 0.9823243),
        (None, 5): (318, [], 10, 0.5326163),
    }
    assert VERSION == 3
    for (class_name, seed), (num_frames, events, actors, after) in expected.items():
        random = np.random.default_rng(seed)
        scene = write_scene(class_name, random)
        assert (scene.num_frames, scene.events) == (num_frames, events)
        assert len(scene.cast) == actors
        # As many random numbers were drawn.
        assert random.random() == pytest.approx(after, abs=1e-7)


@pytest.mark.large
@pytest.mark.parametrize("class_name", EVENTS)
def test_an_event_is_seen_in_the_middle_while_it_lasts(class_name):
    """Frames of the event differ from those of the same scene without it."""
    for seed in range(6):
        scene = write_scene(class_name, np.random.default_rng(seed))
        assert scene.events
        for start, end in scene.events:
            assert 0 < start < end < scene.num_frames
            assert 4 * FPS <= end - start <= 12 * FPS
            seen = []
            for number in np.linspace(start + 2, end - 8, 8).astype(int):
                without = picture(scene, number, scene.everyday)
                changed = np.abs(picture(scene, number) - without).max(axis=-1) > 40
                seen.append(changed[CROP].sum())
            # At least some hundred of 45,000 pixels, nearly all the time.
            assert np.mean(np.array(seen) > 150) > 0.8, (class_name, seed, seen)


def test_ordinary_life_is_somebody_and_no_event():
    for seed in range(5):
        scene = write_scene(None, np.random.default_rng(seed))
        assert scene.events == scene.happening == []
        numbers = np.linspace(0, scene.num_frames - 1, 12).astype(int)
        frames = np.stack([picture(scene, number) for number in numbers])
        assert frames.shape == (12, HEIGHT, WIDTH, 3)
        empty = np.stack([picture(scene, number, []) for number in numbers])
        assert (np.abs(frames - empty).max(axis=-1) > 40).any()


@pytest.mark.large
def test_the_amount_of_motion_does_not_give_the_anomalies_away():
    """A nearest centroid on mean frame difference stays under AUC .75."""

    def motion(label, seed):
        class_name = sorted(EVENTS)[seed % len(EVENTS)] if label else None
        scene = write_scene(class_name, np.random.default_rng((label, seed)))
        # Pairs of neighbouring frames, spread over the video.
        numbers = np.linspace(0, scene.num_frames - 2, 24).astype(int)
        pairs = [(picture(scene, n), picture(scene, n + 1)) for n in numbers]
        return [np.abs(after - before).mean() for before, after in pairs]

    labels = np.repeat([0, 1], 130)
    videos = np.array([motion(int(label), row) for row, label in enumerate(labels)])
    half = np.arange(len(labels)) % 2 == 0
    for features in (videos.mean(axis=1, keepdims=True), np.sort(videos, axis=1)):
        centroids = NearestCentroid().fit(features[half], labels[half]).centroids_
        normal, anomalous = (
            np.linalg.norm(features[~half] - centroid, axis=1) for centroid in centroids
        )
        assert roc_auc_score(labels[~half], normal - anomalous) < 0.75
