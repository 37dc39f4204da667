"""Things that people hold, things that stand about, and cars."""

import dataclasses
import math

from keras_wsad.scenes.person import Path


@dataclasses.dataclass(frozen=True, kw_only=True)
class Held:
    """A thing in somebody's hands.

    Attributes:
        kind: `"box"`, `"bag"`, `"stick"`, `"gun"`, `"can"` or `"torch"`.
        color: tuple of 3 ints.
        size: float. Relative to the person. Defaults to `0.25`.
    """

    kind: str
    color: tuple
    size: float = 0.25

    def draw_at(self, canvas, x, y, size, time):
        extent = self.size * size
        if self.kind in ("stick", "gun"):
            # Held out and up, in line with the arm of most actions.
            canvas.draw.line((x, y, x + 0.3 * extent, y - extent), fill=self.color, width=2)
        elif self.kind == "torch":
            canvas.light(x, y + 0.3 * size, 0.9 * size, (255, 250, 210), 0.7)
        else:
            low = 0.9 if self.kind == "bag" else 0.4
            box = (x - extent / 2, y - (1 - low) * extent, x + extent / 2, y + low * extent)
            canvas.draw.rectangle(box, fill=self.color, outline=_darker(self.color))


class Thing:
    """A thing that stands, and may move along a path.

    Args:
        kind: `"box"`, `"bin"`, `"bike"`, `"bag"`, `"ball"` or `"debris"`.
        color: tuple of 3 ints.
        path: list of `(seconds, x, y)` of its foot.
        size: float. Relative to a person at that place. Defaults to `0.3`.
    """

    def __init__(self, kind, color, path, size=0.3):
        self.kind = kind
        self.color = color
        self.path = Path(path)
        self.size = size

    def is_there(self, time):
        return self.path.times[0] <= time < self.path.times[-1]

    def depth(self, time):
        return self.path.at(time)[1] - 1

    def draw(self, canvas, time):
        x, y, _, _, travelled = self.path.at(time)
        extent = self.size * canvas.size_at(y)
        if self.kind == "bike":
            self._draw_bike(canvas.draw, x, y, extent, travelled)
        elif self.kind in ("ball", "debris"):
            box = (x - extent / 2, y - extent, x + extent / 2, y)
            canvas.draw.ellipse(box, fill=self.color)
        else:
            tall = 1.4 if self.kind == "bin" else 0.8
            box = (x - extent / 2, y - tall * extent, x + extent / 2, y)
            canvas.draw.rectangle(box, fill=self.color, outline=_darker(self.color))

    def _draw_bike(self, draw, x, y, extent, travelled):
        radius = 0.32 * extent
        for side in (-1, 1):
            hub = (x + side * 0.5 * extent, y - radius)
            box = (hub[0] - radius, hub[1] - radius, hub[0] + radius, hub[1] + radius)
            draw.ellipse(box, outline=(20, 20, 20), width=2)
            turn = travelled / max(radius, 1)
            spoke = (hub[0] + radius * math.cos(turn), hub[1] + radius * math.sin(turn))
            draw.line((*hub, *spoke), fill=(90, 90, 90))
        frame = [
            (x - 0.5 * extent, y - radius),
            (x - 0.1 * extent, y - 0.75 * extent),
            (x + 0.35 * extent, y - 0.75 * extent),
            (x, y - radius),
            (x - 0.5 * extent, y - radius),
        ]
        draw.line(frame, fill=self.color, width=2)
        draw.line(
            (x + 0.3 * extent, y - 0.9 * extent, x + 0.5 * extent, y - radius),
            fill=self.color,
            width=2,
        )


class Car:
    """A car, seen from the side.

    Args:
        color: tuple of 3 ints.
        path: list of `(seconds, x, y)` of the middle of its wheels' line.
        facing: 1 for right or -1 for left, while it stands.
        is_night: bool. With its lights on. Defaults to `False`.
        hazard: `(start, end)` in seconds, when its lights blink, or `None`.
        siren: bool. Red and blue lights on its roof. Defaults to `False`.
        struck: float or `None`. When it was struck; it stands crooked from then on.
    """

    def __init__(
        self, color, path, facing=1, is_night=False, hazard=None, siren=False, struck=None
    ):
        self.color = color
        self.path = Path(path)
        self.facing = facing
        self.is_night = is_night
        self.hazard = hazard
        self.siren = siren
        self.struck = struck

    def is_there(self, time):
        return self.path.times[0] <= time < self.path.times[-1]

    def depth(self, time):
        return self.path.at(time)[1]

    def draw(self, canvas, time):
        x, y, velocity, _, travelled = self.path.at(time)
        side = self.facing if abs(velocity) < 2 else math.copysign(1, velocity)
        length = 1.2 * canvas.size_at(y)
        height = 0.3 * length
        crooked = 0.0
        if self.struck is not None and time >= self.struck:
            since = time - self.struck
            crooked = 0.12 + 0.1 * math.exp(-3 * since) * math.sin(20 * since)

        def place(forward, up):
            return x + side * forward * length, y - up * height - crooked * forward * length

        canvas.blob(x, y, 0.5 * length, (20, 20, 20), 0.3)
        body = [(-0.5, 0.2), (-0.5, 0.6), (0.5, 0.55), (0.5, 0.2)]
        roof = [(-0.36, 0.58), (-0.24, 1.05), (0.12, 1.05), (0.3, 0.58)]
        glass = [(-0.29, 0.6), (-0.2, 0.97), (0.09, 0.97), (0.22, 0.6)]
        canvas.draw.polygon([place(*p) for p in body], fill=self.color)
        canvas.draw.polygon([place(*p) for p in roof], fill=_darker(self.color))
        canvas.draw.polygon([place(*p) for p in glass], fill=(60, 70, 85))
        radius = 0.22 * height
        for forward in (-0.3, 0.3):
            hub = place(forward, 0.2)
            box = (hub[0] - radius, hub[1] - radius, hub[0] + radius, hub[1] + radius)
            canvas.draw.ellipse(box, fill=(20, 20, 20))
            turn = side * travelled / max(radius, 1)
            rim = (hub[0] + radius * math.cos(turn), hub[1] + radius * math.sin(turn))
            canvas.draw.line((*hub, *rim), fill=(150, 150, 150))
        self._draw_lights(canvas, place, length, time)

    def _draw_lights(self, canvas, place, length, time):
        if self.is_night:
            canvas.light(*place(0.85, 0.3), 0.42 * length, (255, 245, 200), 0.55)
            canvas.light(*place(0.5, 0.45), 0.09 * length, (255, 255, 240))
            canvas.light(*place(-0.5, 0.45), 0.07 * length, (230, 40, 30))
        blinking = self.hazard and self.hazard[0] <= time < self.hazard[1]
        if blinking and time % 0.8 < 0.4:
            for forward in (-0.5, 0.5):
                canvas.light(*place(forward, 0.45), 0.09 * length, (255, 160, 20))
        if self.siren:
            first = time % 0.6 < 0.3
            color = (255, 30, 30) if first else (40, 60, 255)
            canvas.light(*place(-0.1 if first else 0.0, 1.15), 0.2 * length, color)


def _darker(color):
    return tuple(round(0.7 * value) for value in color)
