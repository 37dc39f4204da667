"""Clips of plain motions, to train a backbone on: none shows an anomaly of any class.

A clip shows some of `MOTIONS`, each in any place, size and colour: somebody runs or bends,
a ball bounces, a light flickers, a car brakes. What they add up to in a scene is left to
those who learn from the features.
"""

import itertools
import math

import numpy as np

from keras_wsad.scenes.backdrops import KINDS
from keras_wsad.scenes.backdrops import make_backdrop
from keras_wsad.scenes.canvas import HEIGHT
from keras_wsad.scenes.effects import Cloud
from keras_wsad.scenes.effects import Fire
from keras_wsad.scenes.effects import Flash
from keras_wsad.scenes.effects import Mark
from keras_wsad.scenes.effects import Shake
from keras_wsad.scenes.looks import any_camera
from keras_wsad.scenes.looks import any_color
from keras_wsad.scenes.looks import any_look
from keras_wsad.scenes.looks import on_stage
from keras_wsad.scenes.person import Person
from keras_wsad.scenes.poses import ONCE
from keras_wsad.scenes.poses import STAYING
from keras_wsad.scenes.things import Car
from keras_wsad.scenes.things import Held
from keras_wsad.scenes.things import Thing

FPS = 10
LONG = 100.0
ACTIONS = (*STAYING, *ONCE)


def _act(action):
    def cast(random, backdrop):
        x, y = on_stage(random, backdrop)
        start = float(random.uniform(-0.6, 0.6)) if action in ONCE else -10.0
        end = start + float(random.uniform(0.6, 1.2)) if action in ONCE else LONG
        acts = [(start, end, action)]
        if action == "fall":
            acts.append((end, LONG, "lie"))
        if action == "rise":
            acts.append((-10.0, start, "lie"))
        return [
            Person(
                any_look(random),
                [(-10, x, y), (LONG, x, y)],
                acts=acts,
                facing=[(-10, int(random.choice((-1, 1))))],
                pace=float(random.uniform(0.6, 1.4)),
            )
        ]

    return cast


def _go(low, high, holding=None):
    """Somebody crosses the picture at a speed in body heights per second."""

    def cast(random, backdrop):
        x, y = on_stage(random, backdrop)
        side = int(random.choice((-1, 1)))
        depth = (y - backdrop.horizon) / (HEIGHT - backdrop.horizon)
        size = backdrop.near * (0.35 + 0.65 * depth)
        speed = side * size * float(random.uniform(low, high))
        rise = float(random.uniform(-0.2, 0.2)) * speed
        path = [(-10, x - 11 * speed, y - 11 * rise), (10, x + 9 * speed, y + 9 * rise)]
        held = [(-10, LONG, holding(random))] if holding else []
        acts = [(-10, LONG, "carry")] if holding and random.random() < 0.5 else []
        return [Person(any_look(random), path, acts=acts, holding=held)]

    return cast


def _held(kinds):
    def thing(random):
        kind = str(random.choice(kinds))
        size = float(random.uniform(0.18, 0.4))
        return Held(kind=kind, color=any_color(random), size=size)

    return thing


def _meet(before, after):
    """Two people at a distance in heights before and after the clip's middle second."""

    def cast(random, backdrop):
        x, y = on_stage(random, backdrop, margin=20)
        size = 0.6 * backdrop.near
        people = []
        for side in (-1, 1):
            path = [
                (t, x + side * size * apart / 2, y + side)
                for t, apart in ((-10, before), (0.1, before), (1.5, after), (LONG, after))
            ]
            people.append(Person(any_look(random), path, facing=[(-10, -side)]))
        return people

    return cast


def _together(random, backdrop):
    """Two people in close contact, both in motion."""
    x, y = on_stage(random, backdrop, margin=15)
    gap = 0.17 * backdrop.near
    actions = random.choice(("grapple", "punch", "talk", "wave"), 2)
    return [
        Person(
            any_look(random),
            [(-10, x + side * gap, y + side), (LONG, x + side * gap, y + side)],
            acts=[(-10, LONG, str(action))],
            facing=[(-10, -side)],
            pace=float(random.uniform(0.7, 1.4)),
        )
        for side, action in zip((-1, 1), actions, strict=True)
    ]


def _crowd(random, backdrop):
    people = []
    for _ in range(random.integers(5, 9)):
        people += _go(0.0, 0.6)(random, backdrop)
    return people


def _drive(kind):
    def cast(random, backdrop):
        x, _ = on_stage(random, backdrop)
        y = float(random.uniform(max(backdrop.walkway[0] + 20, 0.6 * HEIGHT), HEIGHT - 10))
        side = int(random.choice((-1, 1)))
        fast, slow = random.uniform(180, 380), random.uniform(15, 80)
        before, after = {
            "car stands": (0, 0),
            "car drives": (slow, slow),
            "car speeds": (fast, fast),
            "car brakes": (0.6 * fast, 0),
            "car starts": (0, slow + 20),
        }[kind]
        middle = random.uniform(0.3, 1.2)
        path = [
            (middle - 10, x - side * before * 10, y),
            (middle, x, y),
            (middle + 10, x + side * after * 10, y),
        ]
        blinks = (-10, LONG) if kind == "car stands" and random.random() < 0.5 else None
        return [
            Car(
                any_color(random),
                path,
                facing=side,
                is_night=bool(random.random() < 0.4),
                hazard=blinks,
                siren=bool(random.random() < 0.15),
            )
        ]

    return cast


def _thing(kind):
    def cast(random, backdrop):
        x, y = on_stage(random, backdrop)
        times = np.linspace(-0.5, 2.0, 26)
        if kind == "slides":
            speed = random.uniform(-90, 90)
            path = [(t, x + speed * t, y) for t in times]
        elif kind == "bounces":
            rate, lift = random.uniform(4, 9), random.uniform(10, 40)
            speed = random.uniform(-40, 40)
            path = [(t, x + speed * t, y - lift * abs(math.sin(rate * t))) for t in times]
        elif kind == "shakes":
            rate, reach = random.uniform(15, 30), random.uniform(2, 8)
            path = [(t, x + reach * math.sin(rate * t), y) for t in times]
        elif kind == "flies":
            side = random.choice((-1, 1)) * random.uniform(60, 160)
            path = [(t, x + side * t, y - 90 * t + 70 * t * t) for t in times]
        else:
            there = random.uniform(0.3, 1.2)
            ends = (there, LONG) if kind == "appears" else (-10, there)
            path = [(end, x, y) for end in ends]
        flat = random.choice(("box", "bin", "bag"))
        shape = "ball" if kind in ("bounces", "flies") else flat
        size = float(random.uniform(0.12, 0.45))
        path = [(float(t), float(a), float(b)) for t, a, b in path]
        return [Thing(str(shape), any_color(random), path, size=size)]

    return cast


def _bike(random, backdrop):
    x, y = on_stage(random, backdrop)
    speed = float(random.choice((-1, 1)) * random.uniform(20, 130))
    path = [(-10, x - 11 * speed, y), (10, x + 9 * speed, y)]
    return [Thing("bike", any_color(random), path, size=float(random.uniform(0.5, 0.8)))]


def _pieces(random, backdrop):
    """Many small things fly apart."""
    x, y = on_stage(random, backdrop)
    start = float(random.uniform(0, 0.9))
    pieces = []
    for _ in range(random.integers(6, 14)):
        away, up = random.uniform(-110, 110), random.uniform(20, 150)
        times = np.linspace(0, 1.2, 9)
        heights = np.maximum(up * times - 160 * times**2, -8)
        path = np.stack([start + times, x + away * times, y - heights], axis=1).tolist()
        pieces.append(Thing("debris", any_color(random), path, size=0.06))
    return pieces


def _flash(low, high):
    def cast(random, backdrop):
        x, y = on_stage(random, backdrop)
        start = float(random.uniform(0, 1.2))
        size = float(random.uniform(low, high))
        return [Flash(x, y - 20, start, float(random.uniform(0.1, 0.5)), size)]

    return cast


def _glow(random, backdrop):
    x, y = on_stage(random, backdrop)
    size, seed = float(random.uniform(6, 26)), int(random.integers(1 << 30))
    return [Fire(x, y, float(random.uniform(-8, 0.5)), LONG, size, seed=seed)]


def _cloud(random, backdrop):
    x, y = on_stage(random, backdrop)
    return [
        Cloud(
            x,
            y - 10,
            float(random.uniform(-1, 0.6)),
            float(random.uniform(1.5, 4)),
            float(random.uniform(15, 70)),
            color=any_color(random, 70, 220),
        )
    ]


def _scribble(random, backdrop):
    x, y = on_stage(random, backdrop, low=0, high=0.3)
    points = np.cumsum(random.uniform(-9, 9, (9, 2)), axis=0) + np.array([x, y - 30])
    start = random.uniform(-0.5, 0.3)
    strokes = [
        (float(start + 0.2 * number), [tuple(a), tuple(b)])
        for number, (a, b) in enumerate(itertools.pairwise(points.tolist()))
    ]
    return [Mark(strokes, any_color(random), backdrop.walkway[0])]


def _beam(random, backdrop):
    path = _go(0.2, 1.2, _held(("torch",)))
    return path(random, backdrop)


def _shake(random, backdrop):
    return [Shake(float(random.uniform(0, 0.8)), pixels=float(random.uniform(3, 7)))]


MOTIONS = {
    **{action: _act(action) for action in ACTIONS},
    "walk": _go(0.25, 0.9),
    "run": _go(1.2, 2.6),
    "carry": _go(0.3, 0.9, _held(("box", "bag"))),
    "run off with": _go(1.2, 2.4, _held(("box", "bag"))),
    "wield": _go(0.0, 0.4, _held(("stick", "gun"))),
    "beam": _beam,
    "approach": _meet(2.4, 0.5),
    "part": _meet(0.5, 2.4),
    "together": _together,
    "crowd": _crowd,
    **{
        f"car {how}": _drive(f"car {how}")
        for how in ("stands", "drives", "speeds", "brakes", "starts")
    },
    **{
        f"thing {how}": _thing(how)
        for how in ("slides", "bounces", "shakes", "flies", "appears", "vanishes")
    },
    "bike": _bike,
    "pieces": _pieces,
    "small flash": _flash(5, 18),
    "large flash": _flash(60, 260),
    "glow": _glow,
    "cloud": _cloud,
    "scribble": _scribble,
    "shake": _shake,
}


def render_clip(random, num_frames=16):
    """Renders a clip of one to three motions among people who stand and walk.

    Args:
        random: `numpy.random.Generator`.
        num_frames: int. At `FPS` frames per second. Defaults to `16`.

    Returns:
        `(frames, shown)`: a list of `PIL.Image`, and a float32 array of shape
        `(len(MOTIONS),)`, 1 for what is shown and 0 for the rest.
    """
    backdrop = make_backdrop(KINDS[random.integers(len(KINDS))], random)
    camera = any_camera(random)
    names = list(MOTIONS)
    chosen = random.choice(names, random.integers(1, 4), replace=False).tolist()
    common = ("walk", "walk", "stand", "talk", "car drives", "run", "car stands")
    chosen += random.choice(common, random.integers(0, 4)).tolist()
    cast = [actor for name in chosen for actor in MOTIONS[name](random, backdrop)]
    frames = [camera.take(backdrop, cast, t / FPS, random) for t in range(num_frames)]
    shown = np.isin(names, chosen).astype(np.float32)
    return frames, shown
