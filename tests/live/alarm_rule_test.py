import pytest

from keras_wsad.errors import ConfigError
from keras_wsad.live.alarm_rule import AlarmRule
from keras_wsad.live.sliding_window import SegmentScore


def events(scores, **options):
    """Events of segments of two seconds: `(segment, state, start, peak, seconds)`."""
    rule, found = AlarmRule(**options), []
    for number, score in enumerate(scores):
        segment = SegmentScore(
            time=1000.0 + 2 * number,
            source="camera",
            start=2.0 * number,
            end=2.0 * number + 2,
            score=score,
            class_name=f"class {score}",
            probability=0.5,
            first_level_attention=None,
            second_level_attention=None,
        )
        event = rule.add(segment)
        if event:
            assert event.time == segment.time
            assert event.class_name == f"class {event.peak}"
            found.append((number, event.state, event.start, event.peak, event.seconds))
    return found


def test_an_alarm_begins_above_the_threshold_and_ends_below_the_release():
    scores = [0.4, 0.5, 0.6, 0.47, 0.8, 0.46, 0.44, 0.48]
    assert events(scores, threshold=0.5) == [
        (2, "begin", 4.0, 0.6, 2.0),
        (6, "end", 4.0, 0.8, 8.0),
    ]


def test_without_hysteresis_scores_around_the_threshold_flap():
    states = [event[1] for event in events([0.6, 0.49, 0.6, 0.49], release=0.5)]
    assert states == ["begin", "end"] * 2


def test_a_short_rise_is_no_alarm():
    scores = [0.6, 0.6, 0.1, 0.6, 0.46, 0.7, 0.1]
    assert events(scores, least_seconds=6.0) == [
        (5, "begin", 6.0, 0.7, 6.0),
        (6, "end", 6.0, 0.7, 6.0),
    ]


@pytest.mark.parametrize(
    "options", [{"release": 0.6}, {"least_seconds": -1}, {"threshold": float("nan")}]
)
def test_a_rule_that_contradicts_itself_is_an_error(options):
    with pytest.raises(ConfigError, match="release <= threshold"):
        AlarmRule(**options)
