import numpy as np

from keras_wsad.baselines.gradient_cubes import FRAME
from keras_wsad.baselines.gradient_cubes import gradients
from keras_wsad.baselines.gradient_cubes import moving_cubes


def test_a_ramp_has_one_gradient_along_each_axis():
    time, down, across = np.meshgrid(range(6), range(20), range(30), indexing="ij")
    frames = (7 * time + 3 * down + 2 * across).astype(np.uint8)
    inside = gradients(frames)[:, 2:-2, 2:-2]
    assert gradients(frames).shape == (5, 20, 30, 3)
    expected = np.broadcast_to(np.array([2, 3, 7]) / 255, inside.shape)
    np.testing.assert_allclose(inside, expected, atol=1e-5)


def test_cubes_are_where_something_moves():
    frames = np.full((9, *FRAME), 90, np.uint8)
    # A square in the third row and fifth column of cubes blinks in the fifth frame.
    frames[4, 20:30, 40:50] = 200
    cubes, indices = moving_cubes(frames)
    assert set(map(tuple, indices[:, 1:])) == {(2, 4)}
    # Cubes begin at frames 0 to 3; each of them holds a change.
    assert indices[:, 0].tolist() == [0, 1, 2, 3]
    assert cubes.shape == (4, 1500)
    np.testing.assert_allclose(np.linalg.norm(cubes, axis=1), 1, rtol=1e-5)


def test_cubes_are_cut_at_their_places(random):
    frames = random.integers(0, 255, (12, 40, 60)).astype(np.uint8)
    cubes, indices = moving_cubes(frames, step=(2, 5, 5))
    volume = gradients(frames)
    time, down, across = indices[-1] * (2, 5, 5)
    cut = volume[time : time + 5, down : down + 10, across : across + 10]
    cut = np.moveaxis(cut, -1, 0).ravel()
    assert indices.max(axis=0).tolist() == [3, 6, 10]
    np.testing.assert_allclose(cubes[-1], cut / np.linalg.norm(cut), rtol=1e-5)


def test_nothing_moves_in_a_still_or_a_short_video(random):
    still = np.repeat(random.integers(0, 255, (1, *FRAME)), 9, 0).astype(np.uint8)
    assert not len(moving_cubes(still)[0])
    assert moving_cubes(random.integers(0, 255, (5, *FRAME)).astype(np.uint8))[0].shape == (
        0,
        1500,
    )
