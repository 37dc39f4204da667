"""Scripts of ordinary scenes that look like an anomaly at first glance."""

import math

import numpy as np

from keras_wsad.scenes.effects import Cloud
from keras_wsad.scenes.effects import Fire
from keras_wsad.scenes.effects import Flash
from keras_wsad.scenes.everyday import passer_by
from keras_wsad.scenes.everyday import traffic
from keras_wsad.scenes.looks import any_color
from keras_wsad.scenes.looks import any_look
from keras_wsad.scenes.person import Person
from keras_wsad.scenes.take import RUNNING_AWAY
from keras_wsad.scenes.things import Held
from keras_wsad.scenes.things import Thing


def runner(take):
    """Somebody in a hurry."""
    return passer_by(take, speed=take.between(1.3, 2.2))


def crowd(take):
    """Many people at once, all on their way."""
    side = take.side()
    cast = []
    for _ in range(int(take.random.integers(5, 9))):
        x, y = take.spot()
        at = take.between(take.start, take.end)
        speed = take.between(0.55, 0.9)
        way = take.arrive(x, y, at, side, speed=speed)
        way += take.leave(x, y, at + 0.05, -side, speed=speed)
        cast.append(Person(any_look(take.random), way))
    return cast


def children(take):
    """Children jump about and throw a ball to each other."""
    x, y = take.spot(margin=40, low=0.3)
    reach = take.between(30, 55)
    cast = []
    times = np.arange(take.start, take.end, 0.1)
    rate = take.between(1.2, 2.0)
    ball = [
        (
            float(t),
            x + 0.8 * reach * math.sin(rate * t),
            y - 14 - 22 * abs(math.cos(rate * t)),
        )
        for t in times
    ]
    cast.append(Thing("ball", any_color(take.random, 120, 255), ball, size=0.13))
    for side in (-1, 1):
        place = x + side * reach, y + side
        acts, at = [], take.start
        while at < take.end:
            acts.append((at, at + 1.5, take.one_of(("jump", "throw", "wave", "stand"))))
            at += 1.5
        cast.append(
            Person(
                any_look(take.random, height=take.between(0.6, 0.75)),
                [
                    *take.arrive(*place, take.start, side, speed=1.4),
                    *take.leave(*place, take.end, side, speed=1.4),
                ],
                acts=acts,
                facing=[(-99, -side)],
            )
        )
    return cast


def embrace(take):
    """Two people run up to each other, hold each other for a moment and walk on."""
    x, y = take.spot(margin=25)
    size = take.size(y)
    meet = take.start + 2
    cast = []
    for side in (-1, 1):
        place = x + side * 0.12 * size, y + side
        held = take.between(1.2, 2.2)
        cast.append(
            Person(
                any_look(take.random),
                [
                    *take.arrive(*place, meet, side, speed=take.between(0.7, 1.4)),
                    *take.leave(*place, meet + held, take.side()),
                ],
                acts=[(meet, meet + held, "grapple")],
                facing=[(-99, -side)],
                pace=0.5,
            )
        )
    return cast


def stumble(take):
    """Somebody falls, gets up and goes on."""
    x, y = take.spot(margin=15)
    side = take.side()
    falls = take.start + 2
    up = falls + take.between(1.5, 3)
    return [
        Person(
            any_look(take.random),
            [*take.arrive(x, y, falls, side), *take.leave(x, y, up + 1.2, -side)],
            acts=[
                (falls, falls + 0.7, "fall"),
                (falls + 0.7, up, "lie"),
                (up, up + 1, "rise"),
            ],
            facing=[(-99, -side)],
        )
    ]


def handiwork(take):
    """Somebody crouches and hammers at something, or sweeps."""
    x, y = take.spot(margin=20)
    side = take.side()
    acts, at = [], take.start + 1
    while at < take.end - 1:
        until = min(at + take.between(1.5, 3), take.end - 1)
        acts.append((at, until, take.one_of(("crouch", "bend", "strike", "stand"))))
        at = until
    tool = Held(kind="stick", color=(120, 100, 70), size=0.35)
    return [
        Thing(
            "box", any_color(take.random), [(take.start, x, y), (take.end, x, y)], size=0.35
        ),
        Person(
            any_look(take.random),
            [
                *take.arrive(x + side * 22, y, take.start + 1, side),
                *take.leave(x + side * 22, y, take.end - 1, side),
            ],
            acts=acts,
            facing=[(-99, -side)],
            holding=[(take.start - 20, take.end + 20, tool)],
            pace=0.7,
        ),
    ]


def stretching(take):
    """Somebody stretches, arms up, and waves to a friend."""
    x, y = take.spot(margin=15)
    side = take.side()
    begin = take.start + 1.5
    acts = [(begin, begin + 1.5, "hands_up"), (begin + 1.5, begin + 4, "wave")]
    way = [*take.arrive(x, y, begin, side), *take.leave(x, y, begin + 4, -side)]
    return [Person(any_look(take.random), way, acts=acts)]


def fast_car(take):
    """A car that drives fast."""
    return traffic(take, speed=take.between(200, 380))


def patrol(take):
    """A police car with its siren passes by."""
    return traffic(take, speed=take.between(80, 200), siren=True)


def headlights(take):
    """Lights of a car that is not seen sweep over the scene."""
    y = take.between(120, 200)
    side = take.side()
    flashes = []
    for step in range(12):
        x = 160 + side * (step - 6) * 30
        at = take.start + 0.12 * step
        flashes.append(Flash(x, y, at, 0.4, take.between(35, 55), color=(255, 250, 215)))
    return flashes


def snapshot(take):
    """Somebody takes a picture with a flash, or lightning."""
    x, y = take.spot()
    size = take.size(y)
    people = passer_by(take)
    radius = take.between(0.15, 1.2) * size
    at = take.start + take.between(2, 3)
    return [*people, Flash(x, y - 0.7 * size, at, take.between(0.15, 0.35), radius)]


def barbecue(take):
    """A small fire that is wanted, with smoke and somebody beside it."""
    x, y = take.spot(margin=25)
    size = take.size(y)
    side = take.side()
    stands = x + side * 0.4 * size
    way = take.arrive(stands, y, take.start, side)
    way += take.leave(stands, y, take.end, side)
    grill = [(take.start - 9, x, y), (take.end + 9, x, y)]
    return [
        Thing("bin", (50, 50, 55), grill, size=0.3),
        Fire(
            x,
            y - 0.42 * size,
            take.start + 1,
            take.end - 3,
            0.1 * size,
            growth=1.0,
            seed=int(take.random.integers(1 << 30)),
        ),
        Person(
            any_look(take.random),
            way,
            acts=[(take.start, take.end, "reach")],
            facing=[(-99, -side)],
        ),
    ]


def steam(take):
    """A cloud of steam or dust."""
    x, y = take.spot(low=0, high=0.5)
    color = (200, 200, 200) if take.chance(0.6) else (140, 125, 105)
    return [Cloud(x, y - 10, take.start, take.between(2, 5), take.between(18, 45), color)]


def rush(take):
    """Several people run for a bus."""
    side = take.side()
    cast = []
    for _ in range(int(take.random.integers(2, 5))):
        x, y = take.spot()
        at = take.start + take.between(1, 2.5)
        speed = take.between(1.4, RUNNING_AWAY)
        way = take.arrive(x, y, at, side, speed=speed)
        way += take.leave(x, y, at + 0.02, -side, speed=speed)
        cast.append(Person(any_look(take.random), way))
    return cast
