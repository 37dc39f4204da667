"""Small cubes of a video in which something moves, as gradients along time and space."""

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from scipy.ndimage import gaussian_filter1d

# Height and width of a frame.
FRAME = (120, 160)
# Pixels a side of a cube, and differences of consecutive frames that it spans.
SIDE, LENGTH = 10, 5
WIDTH = 3 * LENGTH * SIDE * SIDE
# A cube counts as moving if its changes of brightness, from 0 to 1, add up to more than
# this: .01 on average.
MOTION = 5.0


def gradients(frames):
    """Returns the gradients of brightness along width, height and time at each pixel.

    Frames are smoothed first, by a Gaussian of three by three pixels.

    Args:
        frames: uint8 array of shape `(frames, height, width)`.

    Returns:
        A float32 array of shape `(frames - 1, height, width, 3)`.
    """
    smooth = frames.astype(np.float32) / np.float32(255)
    for axis in (1, 2):
        smooth = gaussian_filter1d(smooth, 1.0, axis=axis, radius=1, mode="nearest")
    between = (smooth[1:] + smooth[:-1]) / 2
    down, across = np.gradient(between, axis=(1, 2))
    return np.stack([across, down, np.diff(smooth, axis=0)], axis=-1)


def moving_cubes(frames, step=(1, SIDE, SIDE), choose=None):
    """Cuts out the cubes in which something moves.

    Args:
        frames: uint8 array of shape `(frames, height, width)`.
        step: tuple of three ints. Frames, rows and columns from a cube to the next.
            Defaults to every frame, and side by side.
        choose: function from the number of cubes to the indices of those to cut out, or
            `None` for all.

    Returns:
        `(cubes, indices)`: a float32 array of shape `(cubes, 1500)`, each row of unit norm,
        and an int array of shape `(cubes, 3)`, the index of each along time, height and
        width. A cube begins at `indices * step` and spans 6 frames.
    """
    if len(frames) <= LENGTH:
        return np.zeros((0, WIDTH), np.float32), np.zeros((0, 3), int)
    volume = gradients(frames)
    every, down, across = step
    # Space first, then time: a fifth of the additions.
    squares = sliding_window_view(np.abs(volume[..., 2]), (SIDE, SIDE), axis=(1, 2))
    squares = squares[:, ::down, ::across].sum(axis=(-2, -1))
    motion = sliding_window_view(squares, LENGTH, axis=0)[::every].sum(axis=-1)
    indices = np.argwhere(motion > MOTION)
    if choose is not None:
        indices = indices[choose(len(indices))]
    windows = sliding_window_view(volume, (LENGTH, SIDE, SIDE), axis=(0, 1, 2))
    windows = windows[::every, ::down, ::across]
    cubes = windows[tuple(indices.T)].reshape(len(indices), WIDTH)
    # No norm is zero, as something moves in each cube.
    return cubes / np.linalg.norm(cubes, axis=1, keepdims=True), indices
