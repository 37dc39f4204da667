import numpy as np
import pytest

from keras_wsad.alignment import expand_to_frames
from keras_wsad.alignment import frame_boundaries
from keras_wsad.alignment import frames_of
from keras_wsad.data import Video
from keras_wsad.errors import ConfigError


@pytest.mark.parametrize("num_frames", [1, 31, 32, 33, 63, 64, 1413])
@pytest.mark.parametrize("alignment", ["release", "aligned"])
def test_every_frame_has_one_score(random, num_frames, alignment):
    scores = random.random(32)
    frames = expand_to_frames(scores, num_frames, alignment)
    assert frames.shape == (num_frames,)
    boundaries = frame_boundaries(num_frames, 32, alignment)
    for i in range(32):
        np.testing.assert_array_equal(frames[boundaries[i] : boundaries[i + 1]], scores[i])


def test_release_gives_the_remaining_frames_the_last_score():
    scores = np.arange(32.0)
    frames = expand_to_frames(scores, 70, "release")
    expected = [*np.repeat(scores[:31], 2), *[31.0] * 8]
    np.testing.assert_array_equal(frames, expected)
    # Shorter than the segments: floor(N / T) is zero and the last score is all there is.
    np.testing.assert_array_equal(expand_to_frames(scores, 20, "release"), [31.0] * 20)


def test_aligned_keeps_every_segment_within_a_frame_of_its_position():
    boundaries = frame_boundaries(1413, 32, "aligned")
    np.testing.assert_allclose(boundaries, np.arange(33) * 1413 / 32, atol=0.5)


def test_the_default_is_aligned():
    scores = np.arange(32.0)
    np.testing.assert_array_equal(
        expand_to_frames(scores, 70), expand_to_frames(scores, 70, alignment="aligned")
    )


def test_an_unknown_alignment_raises():
    with pytest.raises(ConfigError, match="centred"):
        expand_to_frames([0.1], 5, "centred")


def test_videos_are_laid_end_to_end():
    videos = [
        Video(name="a", label=0, num_frames=4, events=[(1, 3)]),
        Video(name="b", label=7, num_frames=2),
    ]
    labels, scores = frames_of(videos, np.array([[0.1, 0.2], [0.3, 0.4]]))
    assert labels.tolist() == [False, True, True, False, False, False]
    assert scores.tolist() == [0.1, 0.1, 0.2, 0.2, 0.3, 0.4]
