"""The set of the tables: neither position nor the amount of motion gives anomalies away.

These are the only results that its scenes were ever looked at for.
"""

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score
from sklearn.neighbors import NearestCentroid

from keras_wsad.scenes import SETS
from keras_wsad.scenes import write_scene
from keras_wsad.scenes.backdrops import make_backdrop
from keras_wsad.scenes.camera import Camera
from keras_wsad.scenes.data_set import CLASSES
from keras_wsad.scenes.screenplay import PARTS
from keras_wsad.scenes.take import Take
from tests.scenes.screenplay_test import picture

BENCH = SETS["bench"]


def scenes(per_class, num_normal, is_test):
    """Scenes of the set in small, as in the whole set a generator of its own for each."""
    names = [*CLASSES * per_class, *[None] * num_normal]
    return [
        write_scene(name, np.random.default_rng((row, is_test)), BENCH, is_test)
        for row, name in enumerate(names)
    ]


@pytest.fixture(scope="module")
def sample():
    """Scenes for training and for the test, 260 and 195."""
    return scenes(10, 130, False), scenes(10, 65, True)


def frame_labels(scene):
    labels = np.zeros(scene.num_frames)
    for start, end in scene.events:
        labels[start:end] = 1
    return labels


@pytest.mark.large
def test_events_are_short_and_anywhere(sample):
    scenes = [scene for part in sample for scene in part if scene.events]
    shares = np.array([frame_labels(scene).mean() for scene in scenes])
    assert shares.min() >= 0.03 and shares.max() <= 0.15
    assert 0.06 < np.median(shares) < 0.09
    assert {len(scene.events) for scene in scenes} == {1, 2}
    assert any(scene.events[0][0] == 0 for scene in scenes)
    assert any(scene.events[-1][1] == scene.num_frames for scene in scenes)


@pytest.mark.large
def test_position_alone_does_not_give_events_away(sample):
    """How often training events are at that position, as the score of a test frame."""
    train, test = sample

    def positions(scene):
        return np.linspace(0, 31.999, scene.num_frames).astype(int)

    often = np.zeros(32)
    for scene in train:
        often += np.bincount(positions(scene), frame_labels(scene), 32)
    labels = np.concatenate([frame_labels(scene) for scene in test])
    scores = np.concatenate([often[positions(scene)] for scene in test])
    assert roc_auc_score(labels, scores) < 0.6


@pytest.mark.large
def test_the_amount_of_motion_does_not_give_anomalies_away(sample):
    """A nearest centroid of the mean frame difference stays under a video AUC of .70."""

    def motion(scene):
        # Pairs of neighbouring frames, spread over the video.
        numbers = np.linspace(0, scene.num_frames - 2, 24).astype(int)
        pairs = [(picture(scene, n), picture(scene, n + 1)) for n in numbers]
        return [np.mean([np.abs(after - before).mean() for before, after in pairs])]

    (train, labels), (test, truth) = (
        (np.array([motion(scene) for scene in part]), [bool(s.events) for s in part])
        for part in sample
    )
    centroids = NearestCentroid().fit(train, labels).centroids_
    normal, anomalous = (np.linalg.norm(test - centroid, axis=1) for centroid in centroids)
    assert roc_auc_score(truth, normal - anomalous) < 0.7


@pytest.mark.large
def test_two_events_do_not_overlap(sample):
    pairs = [scene.events for part in sample for scene in part if len(scene.events) == 2]
    assert pairs
    assert all(first[1] < second[0] for first, second in pairs)


@pytest.mark.large
def test_the_test_has_streets_and_cameras_that_training_never_has(sample):
    for name, low, high in (("near", 126, 146), ("horizon", 85, 105)):
        bands = [
            {
                int(4 * (getattr(scene.backdrop, name) - low) / (high - low))
                for scene in part
                if scene.backdrop.kind == "street"
            }
            for part in sample
        ]
        assert bands == [{0, 2}, {1, 3}]
    train, test = ({scene.camera.noise for scene in part} for part in sample)
    assert not train & test


def test_there_are_videos_enough():
    assert BENCH.train_per_class >= 40
    assert BENCH.test_per_class >= 40
    assert BENCH.num_normal == (520, 260)
    assert BENCH.num_videos == 13 * 80 + 780


def test_scenes_of_this_version_stay_as_they_are():
    """Tables were made with them; see the test of the same name for the demo set."""
    expected = {
        ("Arrest", 3): (610, [(161, 198)], 36, 0.4644961),
        ("Stealing", 4): (575, [(229, 263)], 32, 0.7530128),
        (None, 5): (402, [], 18, 0.4561473),
    }
    for (class_name, seed), (num_frames, events, actors, after) in expected.items():
        random = np.random.default_rng(seed)
        scene = write_scene(class_name, random, BENCH, is_test=True)
        assert (scene.num_frames, scene.events) == (num_frames, events)
        assert len(scene.cast) == actors
        assert random.random() == pytest.approx(after, abs=1e-7)


@pytest.mark.parametrize("kind", PARTS)
def test_every_distractor_is_seen(kind):
    for script in PARTS[kind]:
        random = np.random.default_rng(0)
        take = Take(
            random=random,
            backdrop=make_backdrop(kind, random),
            camera=Camera(),
            start=2.0,
            end=8.0,
        )
        cast = script(take)
        changes = [
            np.abs(
                take.camera.take(take.backdrop, cast, time, np.random.default_rng(0))
                - take.camera.take(
                    take.backdrop, [], time, np.random.default_rng(0)
                ).astype(int)
            )
            for time in (3.0, 4.0, 5.0, 6.0)
        ]
        assert max((change.max(axis=-1) > 40).sum() for change in changes) > 150, script
