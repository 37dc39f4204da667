import numpy as np
import pytest

from keras_wsad.metrics import temporal_map
from keras_wsad.metrics.temporal_map import propose


def test_value_by_hand():
    # Class 0, ranked: right (1/1), wrong, right (2/3); two events: (1 + 2/3) / 2.
    proposals = {
        0: [(0.9, "a", 0, 10), (0.8, "a", 50, 60), (0.7, "b", 0, 10)],
        1: [(0.5, "a", 0, 10)],
    }
    events = {0: [("a", 0, 10), ("b", 0, 10)], 1: [("b", 0, 10)]}
    # Class 1: its event is in the other video.
    assert temporal_map(proposals, events, iou=0.5) == pytest.approx((5 / 6 + 0) / 2)


def test_an_event_is_found_once():
    proposals = {0: [(0.9, "a", 0, 10), (0.8, "a", 0, 10)]}
    events = {0: [("a", 0, 10), ("a", 20, 30)]}
    assert temporal_map(proposals, events, iou=0.5) == 0.5


@pytest.mark.parametrize(("iou", "expected"), [(0.49, 1.0), (0.5, 1.0), (0.51, 0.0)])
def test_the_overlap_decides(iou, expected):
    # Intersection 10, union 20.
    assert temporal_map({0: [(1.0, "a", 0, 20)]}, {0: [("a", 10, 20)]}, iou) == expected


def test_the_order_of_proposals_does_not_matter_but_their_confidence_does():
    wrong, right = (0.2, "a", 50, 60), (0.6, "a", 0, 10)
    events = {0: [("a", 0, 10)]}
    assert temporal_map({0: [wrong, right]}, events, 0.5) == 1.0
    assert temporal_map({0: [(0.9, *wrong[1:]), right]}, events, 0.5) == 0.5


def test_classes_without_events_do_not_count():
    assert np.isnan(temporal_map({0: [(1.0, "a", 0, 5)]}, {0: []}, 0.5))
    assert temporal_map({}, {0: [], 1: [("a", 0, 5)]}, 0.5) == 0.0


def test_proposals_are_runs_above_a_level():
    scores = np.array([0.0, 0.8, 1.0, 0.0, 0.3, 0.0])
    proposals = propose(scores, np.arange(7) * 10)
    spans = [proposal[1:] for proposal in proposals]
    # (20, 30) is half of (10, 30), which is not more than half: both stay.
    assert spans == [(20, 30), (10, 30), (40, 50)]
    assert [round(proposal[0], 2) for proposal in proposals] == [1.0, 0.9, 0.3]


def test_equal_scores_are_one_proposal():
    assert propose(np.full(4, 0.2), np.arange(5)) == [(0.2, 0, 4)]


def test_segments_without_frames_are_no_proposal():
    # A video shorter than its segments, in the alignment of the release.
    assert propose(np.array([1.0, 0.0]), np.array([0, 0, 1])) == []
