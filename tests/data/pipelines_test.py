import numpy as np
import pytest

from keras_wsad.data.pipelines import epoch_schedule
from keras_wsad.data.pipelines import steps_per_epoch
from keras_wsad.data.pipelines import training_batches
from keras_wsad.errors import ConfigError

# 810 anomalous and 800 normal videos in the order of the list, as in UCF-Crime.
IS_ANOMALOUS = np.arange(1610) < 810
SMALL = np.array([True] * 7 + [False] * 5)
SIZES = {"anomalous_per_batch": 2, "normal_per_batch": 2}


def test_an_epoch_of_ucf_crime_has_26_steps():
    assert steps_per_epoch(IS_ANOMALOUS) == 26
    assert epoch_schedule(IS_ANOMALOUS, 0).shape == (26, 60)


def test_batches_are_half_anomalous_and_no_video_comes_twice_in_an_epoch():
    schedule = epoch_schedule(IS_ANOMALOUS, 3, seed=1)
    assert IS_ANOMALOUS[schedule[:, :30]].all()
    assert not IS_ANOMALOUS[schedule[:, 30:]].any()
    assert len(np.unique(schedule)) == schedule.size


def test_every_video_is_reached():
    seen = {
        place for epoch in range(8) for place in epoch_schedule(IS_ANOMALOUS, epoch).flat
    }
    assert len(seen) == 1610


def test_the_order_depends_on_seed_and_epoch_alone():
    def same(left, right):
        return np.array_equal(left, right)

    assert same(
        epoch_schedule(SMALL, 2, seed=5, **SIZES), epoch_schedule(SMALL, 2, seed=5, **SIZES)
    )
    assert not same(
        epoch_schedule(IS_ANOMALOUS, 2, seed=5), epoch_schedule(IS_ANOMALOUS, 2, seed=6)
    )
    assert not same(
        epoch_schedule(IS_ANOMALOUS, 2, seed=5), epoch_schedule(IS_ANOMALOUS, 3, seed=5)
    )


def test_release_order_shuffles_fixed_slices_and_never_sees_30_vandalism_videos():
    slices = [
        [*range(30 * i, 30 * i + 30), *range(810 + 30 * i, 840 + 30 * i)] for i in range(26)
    ]
    orders = []
    for epoch, seed in ((0, 7), (9, 7), (9, 8)):
        schedule = epoch_schedule(IS_ANOMALOUS, epoch, order="release", seed=seed)
        assert sorted(schedule.tolist()) == slices
        orders.append(schedule[:, 0].tolist())
    assert sorted(orders[0]) not in orders
    assert orders[0] != orders[1] != orders[2]
    # The last 45 anomalous videos are Vandalism.
    assert len(set(range(765, 810)) - set(schedule.flat)) == 30


def test_too_few_videos_for_a_batch_are_an_error():
    with pytest.raises(ConfigError, match="7 and 5"):
        steps_per_epoch(SMALL)
    with pytest.raises(ConfigError, match="order"):
        epoch_schedule(SMALL, 0, order="sorted", **SIZES)


def test_the_pipeline_follows_the_schedule_from_epoch_to_epoch(random):
    features = random.random((20, 4, 3), "float32")
    normalized = features / 2
    rows, labels = np.arange(12) + 5, np.arange(12) % 3
    dataset = training_batches(
        features,
        normalized,
        rows,
        labels,
        SMALL,
        targets=("segment_scores", "class_probabilities", "first_level_attention"),
        first_step=3,
        seed=4,
        **SIZES,
    )
    inputs, targets = dataset.element_spec
    assert inputs["features"].shape == inputs["normalized_features"].shape == (4, 4, 3)
    assert {name: spec.shape for name, spec in targets.items()} == {
        "segment_scores": (4,),
        "class_probabilities": (4,),
        "first_level_attention": (4,),
    }
    steps = [epoch_schedule(SMALL, epoch, seed=4, **SIZES) for epoch in (1, 2)]
    assert len(steps[0]) == 2
    # Step 3 is the second of epoch 1.
    expected = np.concatenate(steps)[1:]
    for videos, (inputs, targets) in zip(
        expected, dataset.as_numpy_iterator(), strict=False
    ):
        np.testing.assert_array_equal(inputs["features"], features[rows[videos]])
        np.testing.assert_array_equal(
            inputs["normalized_features"], normalized[rows[videos]]
        )
        np.testing.assert_array_equal(targets["segment_scores"], SMALL[videos])
        np.testing.assert_array_equal(targets["class_probabilities"], labels[videos])


def test_processes_share_each_batch_in_order(random):
    features = random.random((12, 3, 5), np.float32)
    arguments = features, -features, np.arange(12), np.arange(12), SMALL

    def first_two(process):
        pipeline = training_batches(*arguments, process=process, **SIZES)
        return [inputs["features"].numpy() for inputs, _ in pipeline.take(2)]

    whole, *parts = (first_two(process) for process in ((0, 1), (0, 2), (1, 2)))
    for batch, *of_processes in zip(whole, *parts, strict=True):
        np.testing.assert_array_equal(np.concatenate(of_processes), batch)
    with pytest.raises(ConfigError, match="that 3 processes can share equally"):
        first_two((0, 3))


def test_batches_that_are_held_stay_as_they_are(random):
    features = random.random((12, 4, 900), "float32")
    dataset = training_batches(
        features, 2 * features, np.arange(12), np.arange(12), SMALL, seed=2, **SIZES
    )
    batches = list(dataset.take(8))
    for inputs, targets in batches:
        videos = targets["class_probabilities"].numpy()
        np.testing.assert_array_equal(inputs["features"], features[videos])
        np.testing.assert_array_equal(inputs["normalized_features"], 2 * features[videos])


def test_marks_stand_behind_the_target_of_the_scores():
    features = np.zeros((12, 4, 3), np.float32)
    marks = np.arange(48, dtype=np.float32).reshape(12, 4)
    labels = np.arange(12)
    dataset = training_batches(
        features, features, labels, labels, SMALL, marks=marks, seed=2, **SIZES
    )
    _, targets = next(iter(dataset))
    videos = targets["class_probabilities"].numpy()
    expected = np.column_stack([SMALL[videos], marks[videos]])
    np.testing.assert_array_equal(targets["segment_scores"], expected)
