import numpy as np
import pytest

from keras_wsad.data.ucf_crime import Video
from keras_wsad.metrics.bootstrap import interval
from reproduce.tables.differences import Difference
from reproduce.tables.resampling import Resampling

VIDEOS = [
    Video(
        name=f"{label}-{index}", label=label, num_frames=8, events=[(4, 8)] * (label == 0)
    )
    for label in (0, 7)
    for index in range(30)
]


def right_on(count):
    """Class probabilities that are right on so many of the 30 videos of each class."""
    labels = [video.label if i % 30 < count else 3 for i, video in enumerate(VIDEOS)]
    return np.eye(14)[labels]


def difference_of(counts, others):
    """The difference in mAA of two rows that are right on so many videos with each seed."""
    resampling = Resampling(VIDEOS, len(counts), replicates=2000)
    draws = [resampling.maa([right_on(n) for n in row]) for row in (counts, others)]
    of_seeds = {
        i: (a - b) / 30 for i, (a, b) in enumerate(zip(counts, others, strict=True))
    }
    return Difference(
        metric="maa",
        row="a",
        other="b",
        of_seeds=of_seeds,
        interval=interval(draws[0] - draws[1]),
    )


def test_without_seeds_that_differ_only_videos_are_drawn():
    one = Resampling(VIDEOS, 1, replicates=50).maa([right_on(20)])
    five = Resampling(VIDEOS, 5, replicates=50).maa([right_on(20)] * 5)
    np.testing.assert_allclose(five, one)
    assert one.std() > 0.02


def test_without_videos_that_differ_only_seeds_are_drawn():
    """All right with one seed, all wrong with the other: 0, .5 and 1, as two coins fall."""
    draws = Resampling(VIDEOS, 2, replicates=4000).maa([right_on(30), right_on(0)])
    values, counts = np.unique(draws, return_counts=True)
    assert values.tolist() == [0, 0.5, 1]
    # Four standard deviations of a share of 4000 are .03.
    assert counts / 4000 == pytest.approx([0.25, 0.5, 0.25], abs=0.03)


def test_detection_is_drawn_in_the_same_way():
    scores = np.repeat(np.eye(2)[[1] * 30 + [0] * 30], 4, axis=1)
    scores[30:] = 0
    right, wrong = scores, 1 - scores
    for alignment in ("aligned", "release"):
        areas = Resampling(VIDEOS, 2, replicates=100).auc([right, wrong], alignment)
        assert set(areas.tolist()) == {0, 0.5, 1}


def test_within_anomalous_videos_the_scores_of_normal_ones_do_not_count(random):
    scores = random.random((len(VIDEOS), 4))
    other, normal = scores.copy(), [not video.is_anomalous for video in VIDEOS]
    assert any(normal)
    other[normal] = random.random((sum(normal), 4))
    resampling = Resampling(VIDEOS, 1, replicates=50)
    areas, same = (resampling.auc([s], "aligned", True) for s in (scores, other))
    np.testing.assert_array_equal(areas, same)
    assert (areas != resampling.auc([scores], "aligned")).any()


def test_rows_are_paired_by_seed_and_by_video():
    """However much seeds and videos matter, two rows that are alike do not differ."""
    assert difference_of((30, 0, 20, 5, 9), (30, 0, 20, 5, 9)).interval == [0, 0]


def test_a_difference_with_every_seed_and_on_the_videos_is_shown():
    assert difference_of((28, 27, 29, 28, 27), (15, 14, 16, 12, 15)).verdict == "shown"


def test_a_difference_on_the_videos_that_changes_sign_is_not_shown():
    """Over videos alone it is there, and even over both; one seed of five contradicts."""
    found = difference_of((28, 28, 28, 28, 14), (14, 14, 14, 14, 15))
    assert found.interval[0] > 0
    assert found.verdict == "not shown: the sign changes with the seed"


def test_a_difference_that_other_seeds_could_turn_is_not_shown():
    """With these seeds held, other videos would not turn it: 4 of 30 on average."""
    counts, others = (30, 4, 30, 4, 22), (14, 14, 14, 14, 14)
    found = difference_of(counts, others)
    assert found.mean == pytest.approx(4 / 30)
    assert found.verdict == "not shown: the interval contains zero"
    videos = Resampling(VIDEOS, 1, replicates=2000)
    held = [videos.maa([right_on(n)]) - videos.maa([right_on(14)]) for n in counts]
    assert interval(np.mean(held, axis=0))[0] > 0


def test_a_difference_on_one_video_of_each_class_is_not_shown():
    """It is there with every seed, and gone where these videos are not drawn."""
    found = difference_of((15,) * 5, (14,) * 5)
    assert found.verdict == "not shown: the interval contains zero"


def test_four_seeds_give_no_verdict():
    found = difference_of((28, 28, 28, 28), (14, 14, 14, 14))
    assert found.interval[0] > 0
    assert found.verdict == "none: fewer than 5 seeds"


def test_the_half_width_is_that_of_normal_theory():
    """One row alone is right on 14 of 30 videos of each class, with every seed."""
    share = 14 / 30
    expected = 1.96 * (share * (1 - share) / 60) ** 0.5
    # The 2.5 % quantiles of 2000 draws have a relative error of 3 %, and the draws steps.
    found = difference_of((28,) * 5, (14,) * 5)
    assert found.half_width == pytest.approx(expected, rel=0.1)
