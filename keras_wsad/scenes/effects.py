"""Fire, smoke, flashes and dust, drawn as lights and soft blobs."""

import math

import numpy as np


class Fire:
    """A fire that grows, burns and goes out, with smoke above it.

    Args:
        x: float. Its middle in pixels.
        y: float. The row of its foot.
        start: float. Seconds.
        end: float. Seconds; it is out two seconds later.
        size: float. Radius in pixels when fully grown.
        growth: float. Seconds until fully grown. Defaults to `4.0`.
        seed: int. Seed of its flicker. Defaults to `0`.
    """

    def __init__(self, x, y, start, end, size, growth=4.0, seed=0):
        self.x, self.y = x, y
        self.start, self.end = start, end
        self.size = size
        self.growth = growth
        random = np.random.default_rng(seed)
        self.flames = random.uniform((-0.6, 3.0, 0), (0.6, 9.0, 6.28), (7, 3)).tolist()

    def is_there(self, time):
        return self.start <= time < self.end + 2

    def depth(self, time):
        return self.y + 1

    def draw(self, canvas, time):
        grown = min((time - self.start) / self.growth + 0.15, 1.0)
        fading = min(max((self.end + 2 - time) / 2, 0.0), 1.0)
        size = self.size * grown * fading
        for number, (offset, speed, phase) in enumerate(self.flames):
            # Puffs of smoke repeat: each rises, grows and thins out.
            rise = (0.25 * time + number / len(self.flames)) % 1.0
            canvas.blob(
                self.x + (offset + 0.6 * rise) * size,
                self.y - size * (1 + 3.5 * rise),
                size * (0.5 + 0.9 * rise),
                (70, 70, 75),
                0.45 * (1 - rise),
            )
            flicker = 0.75 + 0.25 * math.sin(speed * 2 * time + phase)
            height = size * (0.2 + 0.9 * abs(math.sin(speed * time + phase)))
            color = (255, 110 + 14 * number, 20 + 6 * number)
            canvas.light(
                self.x + offset * size, self.y - height, 0.6 * size * flicker, color, 0.9
            )


class Flash:
    """A brief light: a muzzle, an explosion, lightning, a camera.

    Args:
        x: float. Its middle in pixels.
        y: float. Likewise.
        start: float. Seconds.
        seconds: float. How long it takes to die away.
        size: float. Radius in pixels.
        color: tuple of 3 ints. Defaults to nearly white.
    """

    def __init__(self, x, y, start, seconds, size, color=(255, 250, 225)):
        self.x, self.y = x, y
        self.start, self.seconds = start, seconds
        self.size = size
        self.color = color

    def is_there(self, time):
        return self.start <= time < self.start + self.seconds

    def depth(self, time):
        return 1000

    def draw(self, canvas, time):
        left = 1 - (time - self.start) / self.seconds
        canvas.light(self.x, self.y, self.size * (0.6 + 0.4 * left), self.color, left)


class Cloud:
    """Smoke or dust that spreads from a place and thins out.

    Args:
        x: float. Its middle in pixels.
        y: float. Likewise.
        start: float. Seconds.
        seconds: float. How long it is seen.
        size: float. Radius in pixels at the end.
        color: tuple of 3 ints. Defaults to grey.
        rise: float. Pixels per second upward. Defaults to `6.0`.
    """

    def __init__(self, x, y, start, seconds, size, color=(95, 92, 90), rise=6.0):
        self.x, self.y = x, y
        self.start, self.seconds = start, seconds
        self.size = size
        self.color = color
        self.rise = rise

    def is_there(self, time):
        return self.start <= time < self.start + self.seconds

    def depth(self, time):
        return self.y + 2

    def draw(self, canvas, time):
        done = (time - self.start) / self.seconds
        spread = self.size * (0.25 + 0.75 * done**0.4)
        y = self.y - self.rise * (time - self.start)
        for shift in (-0.5, 0.1, 0.6):
            canvas.blob(
                self.x + shift * spread, y, 0.7 * spread, self.color, 0.75 * (1 - done)
            )


class Mark:
    """A lasting mark on a surface: paint, a crack, a hole.

    Args:
        strokes: list of `(seconds, points)`; a line is there from its time on.
        color: tuple of 3 ints.
        depth_at: float. The row of the surface's foot.
        width: int. In pixels. Defaults to `3`.
        until: float. Seconds at which it disappears. Defaults to infinity.
    """

    def __init__(self, strokes, color, depth_at, width=3, until=math.inf):
        self.strokes = strokes
        self.color = color
        self.depth_at = depth_at
        self.width = width
        self.until = until

    def is_there(self, time):
        return self.strokes[0][0] <= time < self.until

    def depth(self, time):
        return self.depth_at

    def draw(self, canvas, time):
        for start, points in self.strokes:
            if start <= time:
                canvas.draw.line(points, fill=self.color, width=self.width)


class Shake:
    """The camera shakes, and comes to rest.

    Args:
        start: float. Seconds.
        seconds: float. Until it rests. Defaults to `0.8`.
        pixels: float. Initial amplitude. Defaults to `5`.
    """

    def __init__(self, start, seconds=0.8, pixels=5):
        self.start, self.seconds, self.pixels = start, seconds, pixels

    def is_there(self, time):
        return self.start <= time < self.start + self.seconds

    def depth(self, time):
        return 0

    def draw(self, canvas, time):
        left = self.pixels * (1 - (time - self.start) / self.seconds)
        right, down = left * math.sin(31 * time), left * math.cos(43 * time)
        canvas.offset = (round(right), round(down))
