"""What every script uses: backdrop, time, random choices, and ways in and out."""

import dataclasses

import numpy as np

from keras_wsad.scenes.backdrops import Backdrop
from keras_wsad.scenes.camera import Camera
from keras_wsad.scenes.canvas import WIDTH
from keras_wsad.scenes.looks import on_stage

# Body heights per second.
WALKING = 0.75
RUNNING_AWAY = 2.0


@dataclasses.dataclass(frozen=True, kw_only=True)
class Take:
    """A stretch of a video that a script fills.

    Attributes:
        random: `numpy.random.Generator`.
        backdrop: `Backdrop`.
        camera: `Camera`.
        start: float. Seconds at which it begins.
        end: float. Seconds at which it is over.
    """

    random: np.random.Generator
    backdrop: Backdrop
    camera: Camera
    start: float
    end: float

    @property
    def seconds(self):
        return self.end - self.start

    @property
    def haste(self):
        """Share of their usual length that parts have in a take of under 3.6 seconds."""
        return min(self.seconds / 3.6, 1.0)

    def between(self, low, high):
        """Returns a uniformly random float."""
        return float(self.random.uniform(low, high))

    def chance(self, probability):
        return bool(self.random.random() < probability)

    def side(self):
        """Returns -1 (left) or 1 (right)."""
        return int(self.random.choice((-1, 1)))

    def one_of(self, choices):
        return choices[int(self.random.integers(len(choices)))]

    def spot(self, margin=0.0, low=0.0, high=1.0):
        """Returns a random position `(x, y)` away from the sides of the picture.

        Args:
            margin: float. Pixels to keep from the stage's ends. Defaults to `0`.
            low, high: floats. Range of rows, as shares of the walkway.
        """
        return on_stage(self.random, self.backdrop, margin, low, high)

    def size(self, y):
        """Returns the height in pixels of a person whose feet are at row `y`."""
        return self.backdrop.size_at(y)

    def arrive(self, x, y, at, side, speed=WALKING):
        """Returns the points of a path from outside the picture to `(x, y)`.

        Args:
            x, y: floats. Destination.
            at: float. Seconds at which the person is there.
            side: -1 to come from the left, 1 from the right.
            speed: float. Body heights per second. Defaults to walking.
        """
        begin = -25.0 if side < 0 else WIDTH + 25.0
        seconds = abs(x - begin) / (speed * self.size(y))
        return [(at - seconds, begin, y), (at, x, y)]

    def leave(self, x, y, at, side, speed=WALKING):
        """Returns the points of a path from `(x, y)` out of the picture; see `arrive`."""
        end = -25.0 if side < 0 else WIDTH + 25.0
        seconds = abs(x - end) / (speed * self.size(y))
        return [(at, x, y), (at + seconds, end, y)]

    def go(self, at, start, end, speed=WALKING):
        """Returns when a person who leaves `start` at time `at` reaches `end`."""
        length = float(np.hypot(end[0] - start[0], end[1] - start[1]))
        return at + max(length, 1.0) / (speed * self.size(end[1]))
