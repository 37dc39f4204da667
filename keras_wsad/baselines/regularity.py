"""The regularity of frames, from how well they are reconstructed."""

import numpy as np


def regularity(frame_errors):
    """Returns how regular each frame is among those of its video.

    `s_t = 1 - (e_t - min e) / max e`

    Where all frames are reconstructed without error, all are regular.

    Args:
        frame_errors: float array of shape `(frames,)`, reconstruction errors `e`, none of
            them negative.

    Returns:
        A float64 array of shape `(frames,)`, at most 1, and 1 for the best frame.

    Example:

    >>> regularity([2.0, 4.0, 3.0]).tolist()
    [1.0, 0.5, 0.75]

    Reference:
        - [Hasan et al., 2016](https://arxiv.org/abs/1604.04574), section 3.3.
    """
    frame_errors = np.asarray(frame_errors, np.float64)
    highest = frame_errors.max()
    if highest == 0:
        return np.ones_like(frame_errors)
    return 1 - (frame_errors - frame_errors.min()) / highest
