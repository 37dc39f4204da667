"""Plain motions of things, cars and lights, for `generic_motions`."""

import itertools
import math

import numpy as np

from keras_wsad.scenes.canvas import HEIGHT
from keras_wsad.scenes.effects import Cloud
from keras_wsad.scenes.effects import Fire
from keras_wsad.scenes.effects import Flash
from keras_wsad.scenes.effects import Mark
from keras_wsad.scenes.effects import Shake
from keras_wsad.scenes.looks import any_color
from keras_wsad.scenes.looks import on_stage
from keras_wsad.scenes.things import Car
from keras_wsad.scenes.things import Thing
from reproduce.compact.generic_people import LONG


def driving(kind):
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


def thing_that(kind):
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


def bike(random, backdrop):
    x, y = on_stage(random, backdrop)
    speed = float(random.choice((-1, 1)) * random.uniform(20, 130))
    path = [(-10, x - 11 * speed, y), (10, x + 9 * speed, y)]
    return [Thing("bike", any_color(random), path, size=float(random.uniform(0.5, 0.8)))]


def pieces(random, backdrop):
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


def flash(low, high):
    def cast(random, backdrop):
        x, y = on_stage(random, backdrop)
        start = float(random.uniform(0, 1.2))
        size = float(random.uniform(low, high))
        return [Flash(x, y - 20, start, float(random.uniform(0.1, 0.5)), size)]

    return cast


def glow(random, backdrop):
    x, y = on_stage(random, backdrop)
    size, seed = float(random.uniform(8, 50)), int(random.integers(1 << 30))
    return [Fire(x, y, float(random.uniform(-8, 0.0)), LONG, size, seed=seed)]


def cloud(random, backdrop):
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


def scribble(random, backdrop):
    x, y = on_stage(random, backdrop, low=0, high=0.3)
    points = np.cumsum(random.uniform(-9, 9, (9, 2)), axis=0) + np.array([x, y - 30])
    start = random.uniform(-0.5, 0.3)
    strokes = [
        (float(start + 0.2 * number), [tuple(a), tuple(b)])
        for number, (a, b) in enumerate(itertools.pairwise(points.tolist()))
    ]
    return [Mark(strokes, any_color(random), backdrop.walkway[0])]


def shake(random, backdrop):
    return [Shake(float(random.uniform(0, 0.8)), pixels=float(random.uniform(3, 7)))]
