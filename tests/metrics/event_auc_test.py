import numpy as np
import pytest

from keras_wsad.metrics import event_auc
from keras_wsad.metrics import frame_level_auc


def test_frames_between_two_events_are_after_the_first():
    labels = [[0, 1, 0, 1, 0]]
    # 0.9 and 0.8 are told from 0.1 before; from 0.85 and 0.2 after, in 3 of 4 pairs.
    areas = event_auc(labels, [[0.1, 0.9, 0.85, 0.8, 0.2]])
    assert (areas["before"], areas["after"]) == (1.0, 0.75)
    assert np.isnan(areas["normal"])


def test_events_are_told_from_frames_of_other_videos_too():
    """The only frame before an event is of another video than the lower of two events."""
    areas = event_auc([[1, 0], [0, 1]], [[0.2, 0.1], [0.3, 0.4]])
    assert (areas["before"], areas["after"]) == (0.5, 1.0)


def test_the_frame_level_auc_is_the_weighted_mean(random):
    labels = [np.zeros(20, int) for _ in range(5)]
    labels[0][4:9] = labels[1][:6] = labels[2][15:] = labels[2][3:5] = 1
    scores = [np.round(random.random(20), 1) for _ in labels]
    areas = event_auc(labels, scores)
    # Before: 4, 0 and 3 frames. After: 11, 14 and 10. Normal: two videos of 20.
    frames = {"before": 7, "after": 35, "normal": 40}
    mean = sum(areas[name] * count for name, count in frames.items()) / 82
    whole = frame_level_auc(np.concatenate(labels), np.concatenate(scores))
    assert mean == pytest.approx(whole, rel=1e-12)


def test_without_an_event_there_is_no_area():
    assert all(np.isnan(area) for area in event_auc([[0, 0]], [[0.1, 0.2]]).values())
