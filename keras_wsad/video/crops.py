"""Stage A, cropping: centre, four corners, and their mirror images."""

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
