"""People: where they go, what they do, and how they look."""

import bisect
import dataclasses
import math

from keras_wsad.scenes.poses import MOVING
from keras_wsad.scenes.poses import ONCE
from keras_wsad.scenes.poses import STAYING

# Body heights per second from which a person runs.
RUNNING = 1.1

_STRIDE = 0.42
_THIGH = _SHIN = 0.25
_TRUNK = 0.3
_ARM = 0.17


@dataclasses.dataclass(frozen=True, kw_only=True)
class Look:
    """How a person is dressed and built.

    Attributes:
        shirt, trousers, skin, hair: colours, `(red, green, blue)`.
        height: float. Relative to others, 1 for most and less for children.
    """

    shirt: tuple
    trousers: tuple
    skin: tuple = (205, 160, 130)
    hair: tuple = (50, 40, 30)
    height: float = 1.0


class Path:
    """A position over time, interpolated linearly between points.

    Args:
        points: list of `(seconds, x, y)`, in order of time.
    """

    def __init__(self, points):
        self.points = sorted(points)
        self.times = [point[0] for point in self.points]
        lengths = [
            math.hypot(after[1] - before[1], after[2] - before[2])
            for before, after in zip(self.points, self.points[1:], strict=False)
        ]
        self.travelled = [0.0]
        for length in lengths:
            self.travelled.append(self.travelled[-1] + length)

    def at(self, time):
        """Returns `(x, y, velocity in x, speed, distance travelled)` in pixels."""
        place = bisect.bisect_right(self.times, time)
        if place in (0, len(self.points)):
            _, x, y = self.points[0 if place == 0 else -1]
            return x, y, 0.0, 0.0, 0.0 if place == 0 else self.travelled[-1]
        (start, x, y), (end, to_x, to_y) = self.points[place - 1], self.points[place]
        share = (time - start) / (end - start)
        length = self.travelled[place] - self.travelled[place - 1]
        return (
            x + share * (to_x - x),
            y + share * (to_y - y),
            (to_x - x) / (end - start),
            length / (end - start),
            self.travelled[place - 1] + share * length,
        )


class Person:
    """A person who walks a path and performs actions on it.

    Args:
        look: `Look`.
        path: list of `(seconds, x, y)` of the feet. Nobody is seen before the first point
            or after the last.
        acts: list of `(start, end, action)` with the name of a pose in `poses`; between
            them the person walks, runs or stands as the path says. Defaults to `()`.
        facing: list of `(seconds, direction)`, 1 for right and -1 for left, from that time
            on; people who move face where they go. Defaults to `()`.
        holding: list of `(start, end, thing)`; `thing.draw_at(canvas, x, y, size, time)`
            is called at the hands. Defaults to `()`.
        pace: float. Speed of actions relative to other people. Defaults to `1.0`.
    """

    def __init__(self, look, path, acts=(), facing=(), holding=(), pace=1.0):
        self.look = look
        self.path = Path(path)
        self.acts = tuple(acts)
        self.facing = tuple(facing)
        self.holding = tuple(holding)
        self.pace = pace

    def is_there(self, time):
        return self.path.times[0] <= time < self.path.times[-1]

    def depth(self, time):
        """Row of the feet: what is lower in the picture is in front."""
        return self.path.at(time)[1]

    def draw(self, canvas, time):
        x, y, velocity, speed, travelled = self.path.at(time)
        size = canvas.size_at(y) * self.look.height
        pose = self._pose(time, size, speed, travelled)
        side = self._side(time, velocity)
        canvas.blob(x, y, 0.22 * size, (25, 25, 25), 0.35)
        hand = self._draw_body(canvas.draw, x, y, size, side, pose)
        for start, end, thing in self.holding:
            if start <= time < end:
                thing.draw_at(canvas, *hand, size, time)

    def _pose(self, time, size, speed, travelled):
        for start, end, action in self.acts:
            if start <= time < end:
                if action in ONCE:
                    return ONCE[action]((time - start) / (end - start))
                if action in STAYING:
                    return STAYING[action](7.0 * self.pace * (time - start))
                return MOVING[action](math.pi * travelled / (_STRIDE * size))
        if speed < 2.0:
            return STAYING["stand"](2.0 * time)
        action = "run" if speed > RUNNING * size else "walk"
        stretch = 1.5 if action == "run" else 1.0
        return MOVING[action](math.pi * travelled / (stretch * _STRIDE * size))

    def _side(self, time, velocity):
        if abs(velocity) > 2.0:
            return 1 if velocity > 0 else -1
        turns = [direction for start, direction in self.facing if start <= time]
        return turns[-1] if turns else 1

    def _draw_body(self, draw, x, y, size, side, pose):
        """Draws from the feet up and returns where the foremost hand is."""
        look = self.look
        reach = max(
            _THIGH * math.cos(hip) + _SHIN * math.cos(shin) for hip, shin in pose.legs
        )
        # A body that lies is turned about its feet; the picture's rows go down.
        sin, cos = math.sin(pose.tilt), math.cos(pose.tilt)

        def place(forward, up):
            forward, up = forward * cos - up * sin, forward * sin + up * cos
            return x + side * size * forward, y - size * up

        def limb(start, angles, lengths, color, width):
            joints = [start]
            for angle, length in zip(angles, lengths, strict=True):
                forward, up = joints[-1]
                joints.append(
                    (
                        forward + length * math.sin(angle),
                        up - length * math.cos(angle),
                    )
                )
            points = [place(*joint) for joint in joints]
            draw.line(points, fill=color, width=max(round(width * size), 1))
            return joints[-1], points[-1]

        pelvis = (0.0, max(reach, 0.08))
        neck = (math.sin(pose.lean) * _TRUNK, pelvis[1] + math.cos(pose.lean) * _TRUNK)
        shade = tuple(round(0.8 * value) for value in look.shirt)
        dark = tuple(round(0.8 * value) for value in look.trousers)
        near_arm, far_arm = pose.arms
        near_leg, far_leg = pose.legs
        limb(neck, far_arm, (_ARM, _ARM), shade, 0.075)
        limb(pelvis, far_leg, (_THIGH, _SHIN), dark, 0.1)
        limb(pelvis, near_leg, (_THIGH, _SHIN), look.trousers, 0.1)
        points = [place(*pelvis), place(*neck)]
        draw.line(points, fill=look.shirt, width=max(round(0.19 * size), 2))
        head = (
            neck[0] + 0.12 * math.sin(0.7 * pose.lean),
            neck[1] + 0.12 * math.cos(0.7 * pose.lean),
        )
        self._draw_head(draw, place(*head), size)
        _, hand = limb(neck, near_arm, (_ARM, _ARM), shade, 0.075)
        hand_radius = 0.04 * size
        draw.ellipse(_box(*hand, hand_radius), fill=look.skin)
        return hand

    def _draw_head(self, draw, centre, size):
        radius = max(0.085 * size, 1.5)
        draw.ellipse(_box(*centre, radius), fill=self.look.skin)
        draw.pieslice(_box(*centre, radius), 180, 360, fill=self.look.hair)


def _box(x, y, radius):
    return (x - radius, y - radius, x + radius, y + radius)
