"""The canvas of a frame: a picture, its perspective, and its lights."""

import functools

import numpy as np
from PIL import Image
from PIL import ImageDraw

WIDTH, HEIGHT = 320, 240


class Canvas:
    """A frame that is being drawn.

    Args:
        picture: `PIL.Image` of `WIDTH` x `HEIGHT`; it is drawn on.
        size_at: function from the row of the feet to the height of a person in pixels.

    Attributes:
        offset: tuple of two ints. How far the camera is shaken in this frame.
    """

    def __init__(self, picture, size_at):
        self.picture = picture
        self.draw = ImageDraw.Draw(picture)
        self.size_at = size_at
        self.offset = (0, 0)
        self._lights = []

    def blob(self, x, y, radius, color, opacity=1.0):
        """Lays a soft round spot over the picture: smoke, dust, a shadow."""
        size = max(round(2 * radius), 2)
        mask = _soft_disc(min(size, 400), round(opacity * 20) / 20)
        corner = (round(x - mask.width / 2), round(y - mask.height / 2))
        self.picture.paste(color, (*corner, *(c + mask.width for c in corner)), mask)

    def light(self, x, y, radius, color, opacity=1.0):
        """Adds a light that the darkness of the night does not dim."""
        self._lights.append((x, y, radius, color, opacity))

    def switch_on(self):
        """Draws the lights, once the picture has been darkened."""
        for light in self._lights:
            self.blob(*light)
        self._lights.clear()


@functools.lru_cache(maxsize=512)
def _soft_disc(size, opacity):
    places = (np.arange(size) + 0.5) / size * 2 - 1
    distance = np.hypot(places[:, None], places[None, :])
    alpha = np.clip(1 - distance, 0, 1) ** 1.2 * 255 * min(opacity, 1.0)
    return Image.fromarray(alpha.astype(np.uint8))
