"""The camera: light, sensor noise and shaking."""

import dataclasses
import functools
import math

import numpy as np
from PIL import ImageChops

from keras_wsad.scenes.canvas import HEIGHT
from keras_wsad.scenes.canvas import WIDTH
from keras_wsad.scenes.canvas import Canvas

_NOISES = 8


@dataclasses.dataclass(frozen=True, kw_only=True)
class Camera:
    """A fixed camera that renders frames of a scene.

    Attributes:
        brightness: float. 1 by day; 0.35 is night.
        drift: float. Relative amplitude of the slow change of light.
        period: float. Period of the drift in seconds.
        tint: tuple of 3 floats, gains of red, green and blue.
        noise: float. Standard deviation of the sensor's noise, in grey levels.
    """

    brightness: float = 1.0
    drift: float = 0.05
    period: float = 40.0
    tint: tuple = (1.0, 1.0, 1.0)
    noise: float = 3.0

    @property
    def is_night(self):
        return self.brightness < 0.6

    def take(self, backdrop, cast, time, random):
        """Takes a frame.

        Args:
            backdrop: `Backdrop`.
            cast: iterable of everything that is drawn, with `is_there(time)`,
                `depth(time)` and `draw(canvas, time)`.
            time: float. Seconds.
            random: `numpy.random.Generator`, for the noise.

        Returns:
            A uint8 array of shape `(HEIGHT, WIDTH, 3)`.
        """
        canvas = Canvas(backdrop.picture.copy(), backdrop.size_at)
        seen = [actor for actor in cast if actor.is_there(time)]
        for actor in sorted(seen, key=lambda actor: actor.depth(time)):
            actor.draw(canvas, time)
        angle = 2 * math.pi * time / self.period
        gain = self.brightness * (1 + self.drift * math.sin(angle))
        canvas.picture = canvas.picture.point(_gains(round(gain, 2), self.tint))
        canvas.switch_on()
        picture = canvas.picture
        if canvas.offset != (0, 0):
            picture = ImageChops.offset(picture, *canvas.offset)
        return _add_noise(np.array(picture), self.noise, random)


def _add_noise(pixels, scale, random):
    """Adds the sensor's noise to pixels, from 0 to 255, and returns them."""
    right, down = random.integers(0, (WIDTH, HEIGHT))
    brighter, darker = _noises(scale)[int(random.integers(_NOISES))]
    # The noise is tiled four times, so that a slice of it is a shifted copy.
    part = np.s_[HEIGHT - down : 2 * HEIGHT - down, WIDTH - right : 2 * WIDTH - right]
    # In bytes: wider numbers take several times as long.
    step = np.invert(pixels)
    pixels += np.minimum(step, brighter[part], out=step)
    pixels -= np.minimum(pixels, darker[part], out=step)
    return pixels


@functools.lru_cache(maxsize=256)
def _gains(gain, tint):
    levels = np.arange(256)[None] * gain * np.array(tint)[:, None]
    return np.clip(levels, 0, 255).astype(int).ravel().tolist()


@functools.lru_cache(maxsize=8)
def _noises(scale):
    random = np.random.default_rng(0)
    pixels = random.normal(128, scale, (_NOISES, HEIGHT, WIDTH, 3))
    pixels = np.clip(pixels, 0, 255).astype(np.uint8)
    tiles = np.pad(pixels, [(0, 0), (0, HEIGHT), (0, WIDTH), (0, 0)], "wrap")
    return [(np.maximum(tile, 128) - 128, 128 - np.minimum(tile, 128)) for tile in tiles]
