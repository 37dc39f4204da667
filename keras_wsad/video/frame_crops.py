import numpy as np

from keras_wsad.video.crops import crop_corners


class FrameCrops:
    """The crops of a frame, cut on demand.

    A frame is held once, whatever the number of its crops.

    Args:
        frame: uint8 array of shape `(height, width, 3)`.
        size: int. Side of a crop in pixels. Defaults to `224`.
        crops: `1` (centre), `5` (centre and corners: the paper's test, section IV.A) or
            `10` (those and their mirror images). Defaults to `5`.

    Raises:
        ConfigError: another number of crops, or a frame smaller than a crop.

    Example:

    >>> frame = np.arange(48, dtype=np.uint8).reshape(4, 4, 3)
    >>> FrameCrops(frame, size=2, crops=10).cut(6)[..., 0].tolist()
    [[3, 0], [15, 12]]
    """

    def __init__(self, frame, size=224, crops=5):
        self._corners = crop_corners(*frame.shape[:2], size, crops)
        self._frame, self._size = frame, size
        self._mirrored = None

    def cut(self, number):
        """Returns a crop, a view of shape `(size, size, 3)`.

        Args:
            number: int. From 0, the centre.
        """
        is_mirrored, index = divmod(number, len(self._corners))
        top, left = self._corners[index]
        frame = self._frame
        if is_mirrored:
            if self._mirrored is None:
                # Once for all crops and clips: it costs far more than a copy.
                self._mirrored = _mirror(frame)
            frame = self._mirrored
            left = frame.shape[1] - left - self._size
        return frame[top : top + self._size, left : left + self._size]


def cut_clip(frames, number, out):
    """Cuts one crop out of each frame of a clip.

    Args:
        frames: list of `FrameCrops`.
        number: int. Which crop.
        out: uint8 array of shape `(frames, size, size, 3)`, to be filled.
    """
    for index, frame in enumerate(frames):
        out[index] = frame.cut(number)


def _mirror(frame):
    mirrored = np.empty_like(frame)
    for channel in range(frame.shape[2]):
        # A long row of bytes is copied faster than many pixels of three.
        mirrored[..., channel] = frame[:, ::-1, channel]
    return mirrored
