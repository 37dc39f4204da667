from fractions import Fraction

import numpy as np
import pytest

from keras_wsad.alignment import clip_ranges
from keras_wsad.alignment import segment_boundaries
from keras_wsad.errors import ConfigError
from keras_wsad.features import normalize_clips
from keras_wsad.features import pool_segments

CLIPS = (1, 31, 32, 33, 63, 64)


def covered(num_clips, alignment):
    """The clips that each of 32 segments covers."""
    starts, ends = clip_ranges(num_clips, 32, alignment)
    return [list(range(a, b)) for a, b in zip(starts, ends, strict=True)]


def test_release_at_every_boundary():
    one_each = [[i] for i in range(32)]
    assert covered(1, "release") == [[0]] * 32
    # The last clip is repeated.
    assert covered(31, "release") == [*one_each[:31], [30]]
    assert covered(32, "release") == one_each
    # The remainder is dropped.
    assert covered(33, "release") == one_each
    assert covered(63, "release") == one_each
    assert covered(64, "release") == [[2 * i, 2 * i + 1] for i in range(32)]


def test_aligned_at_every_boundary():
    one_each = [[i] for i in range(32)]
    assert covered(1, "aligned") == [[0]] * 32
    assert covered(32, "aligned") == one_each
    assert covered(64, "aligned") == [[2 * i, 2 * i + 1] for i in range(32)]
    # 33: the tie at 16.5 goes to 16, so that segment 16 has two clips.
    assert covered(33, "aligned") == [
        *one_each[:16],
        [16, 17],
        *[[i + 1] for i in range(17, 32)],
    ]
    # 31: the tie at 15.5 goes to 16; segment 16 is empty and takes the clip at its centre.
    assert covered(31, "aligned") == [
        *one_each[:16],
        [15],
        *[[i - 1] for i in range(17, 32)],
    ]
    assert [len(clips) for clips in covered(63, "aligned")].count(2) == 31


@pytest.mark.parametrize("num_clips", [*CLIPS, 2, 45, 100, 1000])
def test_aligned_loses_no_clip_and_keeps_time(num_clips):
    segments = covered(num_clips, "aligned")
    assert sorted({clip for clips in segments for clip in clips}) == list(range(num_clips))
    for i, clips in enumerate(segments):
        # The middle of the clips lies within a clip of the segment's own middle.
        middle = (clips[0] + clips[-1] + 1) / 2
        assert abs(middle - (i + 0.5) * num_clips / 32) <= 1


@pytest.mark.parametrize("num_clips", CLIPS)
@pytest.mark.parametrize("alignment", ["release", "aligned"])
@pytest.mark.parametrize("reduce", ["max", "mean"])
def test_pooling_equals_a_slow_loop(random, num_clips, alignment, reduce):
    clips = random.normal(size=(num_clips, 5))
    pooled = pool_segments(clips, 32, reduce, alignment)
    function = {"max": np.max, "mean": np.mean}[reduce]
    expected = [function(clips[part], axis=0) for part in covered(num_clips, alignment)]
    np.testing.assert_allclose(pooled, expected)


def test_crops_are_pooled_alike(random):
    clips = random.normal(size=(10, 40, 3))
    pooled = pool_segments(clips, 8)
    assert pooled.shape == (10, 8, 3)
    np.testing.assert_array_equal(pooled[4], pool_segments(clips[4], 8))


def test_the_default_is_aligned():
    clips = np.arange(33.0)[:, None]
    np.testing.assert_array_equal(
        pool_segments(clips), pool_segments(clips, 32, "max", "aligned")
    )


@pytest.mark.parametrize(
    "arguments",
    [
        {"clips": np.ones((0, 3))},
        {"clips": np.ones(3)},
        {"clips": np.ones((4, 3)), "num_segments": 0},
        {"clips": np.ones((4, 3)), "reduce": "sum"},
        {"clips": np.ones((4, 3)), "alignment": "left"},
    ],
)
def test_bad_arguments_raise(arguments):
    with pytest.raises(ConfigError, match="Received"):
        pool_segments(**arguments)


def test_boundaries_are_monotonic_and_whole():
    for length in (1, 7, 32, 1413):
        boundaries = segment_boundaries(length)
        assert (boundaries[0], boundaries[-1], len(boundaries)) == (0, length, 33)
        assert (np.diff(boundaries) >= 0).all()


def test_normalised_clips_have_unit_length_and_zero_stays_zero(random):
    clips = random.normal(size=(3, 4)) * 100
    clips[1] = 0
    norms = np.linalg.norm(normalize_clips(clips), axis=-1)
    np.testing.assert_allclose(norms, [1, 0, 1], rtol=1e-6)


def test_boundaries_are_rounded_exactly():
    """Against fractions: `i * (K / T)` would miss ties where T is no power of two."""
    for num_segments in range(1, 40):
        for length in range(1, 120):
            exact = [
                round(Fraction(i * length, num_segments)) for i in range(num_segments + 1)
            ]
            assert segment_boundaries(length, num_segments).tolist() == exact
