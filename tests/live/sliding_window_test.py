import copy
import dataclasses

import numpy as np
import pytest

from keras_wsad.errors import ConfigError
from keras_wsad.live.clip_cutter import Clip
from keras_wsad.live.sliding_window import SlidingWindow
from keras_wsad.video.frame_crops import FrameCrops


class CountingBackbone:
    """Features of a clip are made from its first pixel; counts the clips."""

    size = 2

    def __init__(self):
        self.clips = 0

    def __call__(self, clips):
        self.clips += len(clips)
        random = np.random.default_rng(int(clips[0, 0, 0, 0, 0]))
        return random.random((len(clips), 256), np.float32)


def make_clip(number, arrived=None):
    frame = FrameCrops(np.full((2, 2, 3), number, np.uint8), 2, 1)
    arrived = float(number) if arrived is None else arrived
    return Clip(
        frames=[frame] * 3,
        source="camera",
        start=float(number),
        end=number + 1.0,
        time=1000.0 + number,
        arrived=arrived,
        new_frames=3,
    )


def features(numbers):
    backbone = CountingBackbone()
    rows = [backbone(np.full((1, 1, 1, 1, 1), number, np.uint8)) for number in numbers]
    return np.concatenate(rows)


@pytest.mark.parametrize(("num_clips", "hop"), [(2, 1), (8, 1), (16, 2), (24, 3)])
def test_scores_are_those_of_predict(compact_predictor, num_clips, hop):
    predictor, backbone = compact_predictor, CountingBackbone()
    window = SlidingWindow(predictor, backbone, num_clips)
    for number in range(num_clips + 3 * hop):
        found = window.add(make_clip(number))
        after = number + 1 - num_clips
        if after < 0 or after % hop:
            assert found == []
            continue
        first = number + 1 - num_clips
        expected = predictor.predict(features(range(first, number + 1)))
        if first == 0:
            assert len(found) == num_clips // hop
            assert [segment.start for segment in found] == list(range(0, num_clips, hop))
        else:
            assert len(found) == 1
        newest = found[-1]
        assert newest.score == pytest.approx(expected.segment_scores[-1], abs=1e-6)
        assert newest.class_name == expected.class_name
        assert newest.probability == pytest.approx(expected.class_probabilities.max())
        for name in ("first_level_attention", "second_level_attention"):
            assert getattr(newest, name) == pytest.approx(getattr(expected, name)[-1])
        assert (newest.start, newest.end) == (number + 1 - hop, number + 1)
        assert newest.time == 1000 + number
    assert backbone.clips == num_clips + 3 * hop


def test_the_first_window_scores_all_its_segments(compact_predictor):
    window = SlidingWindow(compact_predictor, CountingBackbone(), 8)
    found = [window.add(make_clip(number)) for number in range(8)]
    assert [len(segments) for segments in found] == [0] * 7 + [8]
    expected = compact_predictor.predict(features(range(8))).segment_scores
    scores = [segment.score for segment in found[-1]]
    np.testing.assert_allclose(scores, expected, atol=1e-6)


def test_the_newest_segment_is_that_of_the_newest_clip_in_either_alignment(
    compact_predictor,
):
    predictor = copy.copy(compact_predictor)
    predictor.card = dataclasses.replace(predictor.card, alignment="release")
    # With fewer clips than segments, "release" repeats the last clip.
    assert SlidingWindow(predictor, None, 4)._segments == [0, 1, 2, 7]
    assert SlidingWindow(compact_predictor, None, 4)._segments == [1, 3, 5, 7]


def test_after_a_long_gap_a_window_begins_anew(compact_predictor):
    window = SlidingWindow(compact_predictor, CountingBackbone(), 2, longest_gap=60.0)
    times = (0, 1, 60, 121, 122)
    found = [len(window.add(make_clip(i, float(at)))) for i, at in enumerate(times)]
    assert found == [0, 2, 1, 0, 2]


@pytest.mark.parametrize(("segments", "num_clips"), [(32, 4), (30, 3), (7, 1), (2, 2)])
def test_the_default_length_fits_the_segments(compact_predictor, segments, num_clips):
    predictor = copy.copy(compact_predictor)
    predictor.card = dataclasses.replace(predictor.card, num_segments=segments)
    assert SlidingWindow(predictor, None).num_clips == num_clips


@pytest.mark.parametrize("num_clips", [0, 3, 12])
def test_a_window_that_does_not_fit_is_an_error(compact_predictor, num_clips):
    with pytest.raises(ConfigError, match="multiple or a divisor of the 8 segments"):
        SlidingWindow(compact_predictor, CountingBackbone(), num_clips)
