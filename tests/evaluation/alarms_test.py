import numpy as np
import pytest

from keras_wsad.data import NORMAL
from keras_wsad.data import Video
from keras_wsad.evaluation.alarms import alarm_metrics


def measure(videos, segment_scores, alignment="aligned", threshold=0.5):
    scores = {"segment_scores": np.array(segment_scores)}
    weights = np.ones((3, len(videos)), int)
    return alarm_metrics(videos, scores, alignment, weights, threshold)


def test_an_event_is_found_from_an_overlap_of_three_tenths_on():
    videos = [
        Video(name="a", label=0, num_frames=40, events=[(10, 13)]),
        Video(name="b", label=0, num_frames=40, events=[(10, 12)]),
        Video(name="c", label=NORMAL, num_frames=40),
        Video(name="d", label=NORMAL, num_frames=40),
    ]
    # Alarms are the frames 10 to 19: 3 of 10 and 2 of 10 overlap.
    alarm = [0.1, 0.9, 0.1, 0.1]
    metrics = measure(videos, [alarm, alarm, alarm, [0.5] * 4])
    assert metrics["found_events"] == 0.5
    assert metrics["silent_normal_videos"] == 0.5
    assert metrics["found_events_interval"] == [0.5, 0.5]
    assert measure(videos, [alarm] * 4, threshold=0.95) == {
        "delay_frames": pytest.approx(np.nan, nan_ok=True),
        "found_events": 0.0,
        "found_events_interval": [0.0, 0.0],
        "silent_normal_videos": 1.0,
        "silent_normal_videos_interval": [1.0, 1.0],
    }


def test_the_delay_is_that_of_the_first_alarm_within_the_event():
    videos = [
        # Alarms are the frames 10 to 19: three frames late, at once, never, never.
        Video(name="a", label=0, num_frames=40, events=[(7, 13)]),
        Video(name="b", label=0, num_frames=40, events=[(12, 30), (25, 30)]),
        Video(name="c", label=0, num_frames=40, events=[(0, 10), (50, 60)]),
    ]
    alarm = [0.1, 0.9, 0.1, 0.1]
    assert np.isnan(measure(videos, [alarm] * 3)["delay_frames"])
    assert measure(videos[:2], [alarm] * 2)["delay_frames"] == 3
    assert measure(videos[:1], [alarm])["delay_frames"] == 3
    assert np.isnan(
        measure([Video(name="d", label=NORMAL, num_frames=9)], [alarm])["delay_frames"]
    )


def test_events_are_cut_at_the_end_of_the_video():
    inside = Video(name="a", label=0, num_frames=40, events=[(30, 900)])
    outside = Video(name="b", label=0, num_frames=40, events=[(50, 60)])
    metrics = measure([inside, outside], [[0.0, 0.0, 0.0, 0.9]] * 2)
    # The second has no annotated frame: nothing to find.
    assert metrics["found_events"] == 1.0
    assert np.isnan(metrics["silent_normal_videos"])


def test_the_alignment_decides_where_alarms_are():
    videos = [Video(name="a", label=0, num_frames=95, events=[(85, 95)])]
    scores = np.zeros((1, 32))
    scores[0, 29:] = 1.0
    # Released, the last three segments are the frames 58 to 94; aligned, 86 to 94.
    assert measure(videos, scores, "release")["found_events"] == 0
    assert measure(videos, scores, "aligned")["found_events"] == 1


def test_the_interval_draws_videos_that_count():
    videos = [
        Video(name="a", label=0, num_frames=4, events=[(0, 4)]),
        Video(name="b", label=0, num_frames=4, events=[(0, 4)]),
        Video(name="c", label=0, num_frames=4, events=[(9, 10)]),
    ]
    scores = {"segment_scores": np.array([[0.9] * 4, [0.1] * 4, [0.9] * 4])}
    weights = np.array([[2, 0, 1], [0, 1, 2], [1, 1, 1]])
    metrics = alarm_metrics(videos, scores, "aligned", weights, 0.5)
    assert metrics["found_events"] == 0.5
    # 1, 0 and 1/2.
    assert metrics["found_events_interval"] == pytest.approx([0.025, 0.975])
