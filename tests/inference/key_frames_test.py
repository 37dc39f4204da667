import numpy as np

from keras_wsad.inference.key_frames import choose_key_segments
from keras_wsad.inference.key_frames import middle_frames


def test_the_highest_peaks_and_the_lowest_segment_are_shown():
    scores = np.full(32, 0.2)
    scores[4:7], scores[20], scores[30], scores[12] = 0.9, 0.8, 0.7, 0.1
    assert choose_key_segments(scores) == [4, 12, 20, 30]


def test_segments_without_a_frame_are_not_shown():
    assert choose_key_segments([0.1, 0.9, 0.5], [0, 4, 4, 8]) == [0, 2]
    assert choose_key_segments([0.1, 0.9], [0, 0, 1]) == [1]


def test_the_frame_shown_is_in_the_middle():
    assert middle_frames([0, 4, 5], [0, 1]) == [2, 4]
