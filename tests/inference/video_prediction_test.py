import json

import numpy as np


def test_alarms_are_in_frames_and_in_seconds(make_prediction):
    first, second = make_prediction().alarms
    assert (first.start_segment, first.end_segment, first.peak) == (2, 4, 0.9)
    assert (first.start_frame, first.end_frame) == (60, 120)
    assert (first.start_seconds, first.end_seconds) == (2.0, 4.0)
    assert (second.start_frame, second.end_frame, second.peak) == (180, 210, 0.6)


def test_alarms_are_the_frames_above_the_threshold(make_prediction, random):
    for num_frames in (3, 7, 8, 100):
        for alignment in ("aligned", "release"):
            prediction = make_prediction(
                segment_scores=random.random(8), num_frames=num_frames, alignment=alignment
            )
            inside = np.zeros(num_frames, bool)
            for alarm in prediction.alarms:
                inside[alarm.start_frame : alarm.end_frame] = True
            np.testing.assert_array_equal(inside, prediction.frame_scores > 0.5)
            assert prediction.is_anomalous == inside.any()


def test_what_is_not_known_is_none_and_the_json_has_the_same_shape(make_prediction):
    known = make_prediction().to_dict()
    unknown = make_prediction(num_frames=None, fps=None).to_dict()
    assert unknown.keys() == known.keys()
    assert unknown["alarms"][0].keys() == known["alarms"][0].keys()
    assert unknown["alarms"][0]["start_segment"] == 2
    assert unknown["alarms"][0]["start_frame"] is None
    assert unknown["seconds"] is unknown["frame_scores"] is None
    assert known["seconds"] == 8.0
    assert len(known["frame_scores"]) == known["num_frames"] == 240
    assert known["class_probabilities"]["Robbery"] == 1.0
    assert json.loads(json.dumps(known)) == known


def test_the_headline_says_where_and_what(make_prediction):
    alarm = "ALARM Robbery 2.0-4.0 s (peak 0.90), 6.0-7.0 s (peak 0.60)"
    assert make_prediction().headline() == alarm
    without_fps = make_prediction(fps=None).headline()
    assert without_fps.startswith("ALARM Robbery frames 60-120 (peak 0.90)")
    assert "segments 2-4" in make_prediction(num_frames=None).headline()


def test_the_headline_says_when_the_branches_disagree(make_prediction):
    disagree = make_prediction(class_name="Normal").headline()
    assert disagree.startswith("ALARM 2.0-4.0 s")
    assert disagree.endswith("; whole video classed Normal")
    silent = make_prediction(threshold=0.95)
    assert silent.headline() == "no alarm; whole video classed Robbery"
    assert make_prediction(threshold=0.95, class_name="Normal").headline() == "normal"


def test_small_scores_are_told_from_zero(make_prediction):
    scores = np.array([1e-6, 3e-6, 2e-6, 1e-6], np.float32)
    prediction = make_prediction(segment_scores=scores, threshold=2.1e-6)
    assert "(peak 3.0e-06)" in prediction.headline()
    assert prediction.to_dict()["segment_scores"] == [1e-6, 3e-6, 2e-6, 1e-6]


def test_a_headline_stays_short(make_prediction):
    many = make_prediction(segment_scores=np.tile([0.9, 0.1], 6)).headline()
    assert many.count("peak") == 3
    assert many.endswith(", 3 more")
