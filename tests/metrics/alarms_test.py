import numpy as np
import pytest

from keras_wsad.metrics.alarms import alarm_runs
from keras_wsad.metrics.alarms import event_iou


def test_runs_reach_to_both_ends_of_a_video():
    assert alarm_runs([0.9, 0.1, 0.8, 0.6], 0.5) == [(0, 1, 0.9), (2, 4, 0.8)]
    assert alarm_runs([0.9, 0.9], 0.5) == [(0, 2, 0.9)]
    assert alarm_runs([0.1, 0.1], 0.5) == []


def test_a_score_at_the_threshold_is_no_alarm():
    # As 32-bit numbers the two would be one.
    scores = np.array([0.7, 0.7], np.float32)
    assert alarm_runs(scores, float(scores[0])) == []
    assert alarm_runs(scores, float(scores[0]) - 1e-9) == [(0, 2, float(scores[0]))]


def test_segments_without_a_frame_raise_and_part_no_alarm():
    boundaries = [0, 1, 1, 2, 3]
    # The second segment has no frame: below the threshold it parts nothing.
    assert alarm_runs([0.8, 0.1, 0.9, 0.1], 0.5, boundaries) == [(0, 3, 0.9)]
    # Above it, it is nowhere.
    assert alarm_runs([0.1, 0.9, 0.1, 0.1], 0.5, boundaries) == []


def test_overlap_is_of_unions_and_not_of_single_intervals():
    labels, scores = np.zeros(100), np.zeros(100)
    labels[10:20] = labels[50:70] = 1
    scores[15:25] = scores[50:60] = 0.9
    # Both: 5 + 10 frames; either: 15 + 20.
    assert event_iou(labels, scores, 0.5) == pytest.approx(15 / 35)
    assert event_iou(labels, 0 * scores, 0.5) == 0
    assert np.isnan(event_iou(0 * labels, 0 * scores, 0.5))
