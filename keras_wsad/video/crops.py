"""Stage A, cropping: centre, four corners, and their mirror images."""

import numpy as np

from keras_wsad.errors import ConfigError

CROP_COUNTS = (1, 5, 10)


def short_side_of(size):
    """Returns the shorter side to which frames are resized for crops of `size` pixels.

    It is 256 for the 224 of I3D, as in its authors' code, and in proportion for others.
    """
    return round(size * 256 / 224)


def crop_corners(height, width, size=224, crops=5):
    """Returns the upper left corner of each crop: centre, then the four corners.

    Args:
        height: int. Of the frame, at least `size`.
        width: int. Likewise.
        size: int. Side of a crop. Defaults to `224`.
        crops: `1`, `5` or `10`. Ten are the five and their mirror images, whose corners
            are those of the mirrored frame. Defaults to `5`.

    Returns:
        A list of `(top, left)`: centre, upper left, upper right, lower left, lower right.

    Raises:
        ConfigError: another number of crops, or a frame smaller than a crop.

    Example:

    >>> crop_corners(240, 320, size=200, crops=1)
    [(20, 60)]
    """
    if crops not in CROP_COUNTS:
        raise ConfigError(f"Expected crops in {CROP_COUNTS}. Received: {crops}")
    down, right = height - size, width - size
    if min(down, right) < 0:
        raise ConfigError(
            f"Expected frames of at least {size} x {size}. Received: {width} x {height}"
        )
    corners = [(down // 2, right // 2), (0, 0), (0, right), (down, 0), (down, right)]
    return corners[:1] if crops == 1 else corners


def take_crops(frame, size=224, crops=5):
    """Cuts the crops out of a frame.

    Args:
        frame: array of shape `(height, width, channels)`.
        size: int. Side of a crop. Defaults to `224`.
        crops: `1` (centre), `5` (centre and corners: the paper's test, section IV.A) or
            `10` (those and their mirror images). Defaults to `5`.

    Returns:
        An array of shape `(crops, size, size, channels)`.

    Raises:
        ConfigError: another number of crops, or a frame smaller than a crop.
    """
    height, width = frame.shape[:2]
    cut = [
        frame[top : top + size, left : left + size]
        for top, left in crop_corners(height, width, size, crops)
    ]
    if crops == 10:
        cut += [crop[:, ::-1] for crop in cut]
    return np.stack(cut)
