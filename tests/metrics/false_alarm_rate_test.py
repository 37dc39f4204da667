import numpy as np

from keras_wsad.metrics import false_alarm_rate


def test_only_what_is_above_the_threshold_is_an_alarm():
    assert false_alarm_rate([0.5, 0.51, 0.2, 0.9]) == 0.5
    assert false_alarm_rate([0.5, 0.51, 0.2, 0.9], threshold=0.6) == 0.25


def test_no_frames_have_no_rate():
    assert np.isnan(false_alarm_rate([]))
