import numpy as np

from keras_wsad.data import Video
from keras_wsad.evaluation.frames import frames_of


def test_videos_are_laid_end_to_end():
    videos = [
        Video(name="a", label=0, num_frames=4, events=[(1, 3)]),
        Video(name="b", label=7, num_frames=2),
    ]
    labels, scores = frames_of(videos, np.array([[0.1, 0.2], [0.3, 0.4]]))
    assert labels.tolist() == [False, True, True, False, False, False]
    assert scores.tolist() == [0.1, 0.1, 0.2, 0.2, 0.3, 0.4]
