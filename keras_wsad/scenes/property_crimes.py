"""Scripts of crimes against property: five of the anomalies."""

import numpy as np

from keras_wsad.scenes.effects import Fire
from keras_wsad.scenes.effects import Flash
from keras_wsad.scenes.effects import Mark
from keras_wsad.scenes.looks import DARK
from keras_wsad.scenes.looks import any_color
from keras_wsad.scenes.looks import any_look
from keras_wsad.scenes.person import Person
from keras_wsad.scenes.take import RUNNING_AWAY
from keras_wsad.scenes.things import Car
from keras_wsad.scenes.things import Held
from keras_wsad.scenes.things import Thing

_TORCH = Held(kind="torch", color=(230, 230, 210))


def arson(take):
    """Somebody bends down, a fire grows where he was, and he runs off."""
    x, y = take.spot(margin=30, low=0.1, high=0.8)
    side, size = take.side(), take.size(y)
    lit = take.start + min(2.5, 0.25 * take.seconds)
    stands = x + side * 0.4 * size
    arsonist = Person(
        any_look(take.random, **(DARK if take.chance(0.5) else {})),
        [
            *take.arrive(stands, y, take.start, side),
            *take.leave(stands, y, lit + 0.8, side, speed=RUNNING_AWAY),
        ],
        acts=[(take.start, lit + 0.8, take.one_of(("bend", "crouch")))],
        facing=[(-99, -side)],
        holding=[(take.start - 9, lit, Held(kind="can", color=(180, 40, 30), size=0.2))],
    )
    fire = Fire(
        x,
        y - 0.1 * size,
        lit,
        take.end - 1,
        take.between(0.35, 0.6) * size,
        growth=take.between(1.5, 3.5) * take.haste,
        seed=int(take.random.integers(1 << 30)),
    )
    fuel = Thing(
        take.one_of(("bin", "box")),
        any_color(take.random, 30, 140),
        [(-99, x, y), (take.end, x, y)],
        size=take.between(0.3, 0.45),
    )
    return [fuel, arsonist, fire]


def burglary(take):
    """Somebody works at a closed door, gets in with a torch, and carries things away."""
    door_x, door_y, width, height = take.backdrop.door
    side = take.side()
    y = max(door_y + 4, take.backdrop.walkway[0])
    opened = take.start + 0.4 * take.seconds
    comes_out = take.end - min(3.0, 0.3 * take.seconds)
    before = (door_x + side * 10, y)
    look = any_look(take.random, **DARK)
    breaks_in = Person(
        look,
        [
            *take.arrive(*before, take.start, side),
            (opened, *before),
            (opened + 0.5, door_x, y),
        ],
        acts=[
            (take.start, opened - 1.5, "crouch"),
            (opened - 1.5, opened, take.one_of(("kick", "strike"))),
        ],
        facing=[(-99, -side)],
        holding=[(take.start - 2, opened, _TORCH)],
    )
    hole = [
        (opened, [(door_x, door_y - 2), (door_x, door_y - height + 2)]),
    ]
    opening = Mark(hole, (8, 8, 10), door_y - 1, width=round(width) - 4, until=take.end + 3)
    loot = Held(kind="box", color=any_color(take.random, 60, 220), size=0.5)
    carries = [
        Person(
            look,
            [
                (comes_out, door_x, y),
                *take.leave(door_x, y, comes_out + 1.5, side, speed=0.8),
            ],
            acts=[(comes_out, take.end + 9, "carry")],
            holding=[(comes_out, take.end + 9, loot)],
        )
    ]
    beams = []
    window_x, window_y, window_width, window_height = take.backdrop.window
    at = opened + 0.5
    while at < comes_out:
        # The torch moves about inside.
        x = window_x + take.between(-0.4, 0.4) * window_width
        y_of_beam = window_y - 0.5 * window_height
        beams.append(Flash(x, y_of_beam, at, 1.5, 1.1 * window_height))
        at += take.between(0.1, 0.3)
    return [breaks_in, opening, *beams, *carries]


def shoplifting(take):
    """Somebody looks about, puts goods under the jacket again and again, and walks out."""
    x = min(max(take.one_of(take.backdrop.goods)[0], 75.0), 225.0)
    y = take.backdrop.walkway[0] + take.between(0, 8)
    side = take.side()
    acts, facing, holding, marks = [], [(-99, side)], [], []
    at = take.start
    goods = list(take.backdrop.goods)
    while at < take.end - 1.2:
        # A look over each shoulder, a grip, and the thing is gone.
        for turn in range(2):
            facing.append((at + 0.45 * turn, -side if turn % 2 else side))
        grip = at + 0.9
        facing.append((grip, side))
        acts.append((grip, grip + 0.9, "reach"))
        near = min(goods, key=lambda good: abs(good[0] - x) + take.between(0, 25))
        goods.remove(near)
        item = Held(kind="bag", color=near[2], size=0.24)
        holding.append((grip + 0.45, grip + 1.0, item))
        gap = [(near[0], near[1] - 1), (near[0], near[1] - 12)]
        marks.append(Mark([(grip + 0.45, gap)], (25, 22, 20), 0, width=7))
        acts.append((grip + 0.9, grip + 1.8, "bend"))
        at = grip + 1.8 + take.between(0, 0.6)
    thief = Person(
        any_look(take.random, shirt=any_color(take.random, 20, 90)),
        [
            *take.arrive(x, y, take.start, side),
            *take.leave(x, y, max(at, take.end - 0.5), 1, speed=1.15),
        ],
        acts=acts,
        facing=facing,
        holding=holding,
        pace=1.3,
    )
    return [*marks, thief]


def stealing(take):
    """Somebody fumbles at a bike or a parcel that is not his and makes off with it."""
    x, y = take.spot(margin=30, low=0.2)
    side, size = take.side(), take.size(y)
    taken = take.end - 1.2
    color = any_color(take.random)
    stands = x + side * 0.35 * size
    bike = take.chance(0.6)
    speed = 1.7 if bike else RUNNING_AWAY
    away = take.leave(x, y, taken, side, speed=speed)
    thief_away = take.leave(stands, y + 1, taken, side, speed=speed)
    holding = []
    if bike:
        thing = Thing(
            "bike", color, [(-99, x, y), *_shaken(take, x, y, taken), *away], 0.75
        )
    else:
        shaken = _shaken(take, x, y, taken)
        thing = Thing("box", color, [(-99, x, y), *shaken, (taken, x, y)], size=0.45)
        box = Held(kind="box", color=color, size=0.4)
        holding = [(taken, taken + 20, box)]
    acts, at = [], take.start
    while at < taken:
        until = min(at + take.between(1.0, 2.2), taken)
        acts.append((at, until, take.one_of(("crouch", "bend", "crouch"))))
        at = until
    thief = Person(
        any_look(take.random),
        [*take.arrive(stands, y + 1, take.start, side), *thief_away],
        acts=acts,
        facing=[(-99, -side)],
        holding=holding,
    )
    return [thing, thief]


def vandalism(take):
    """Somebody smashes a parked car, or paints and stones a wall."""
    side = take.side()
    with_car = bool(take.backdrop.lanes) and take.chance(0.4)
    if with_car:
        y = take.backdrop.lanes[0]
        x = take.between(110, 210)
        surface = (x, y - 0.3 * take.size(y))
        stands = x + side * 0.6 * take.size(y), y + 6
    else:
        x = take.between(95, 225)
        y = take.backdrop.walkway[0]
        surface = (x, y - 0.75 * take.size(y))
        stands = x + side * 0.4 * take.size(y), y + 4
    extent = take.size(y) * np.array([1.0, 0.6])
    paints = not with_car and take.chance(0.6)
    acts, strokes, cast = [], [], []
    at = take.start
    place = np.array(surface)
    while at < take.end:
        until = min(at + take.between(1.2, 2.5), take.end)
        acts.append((at, until, take.one_of(("wave", "reach") if paints else ("strike",))))
        for _ in range(3):
            to = np.array(surface) + take.random.uniform(-0.5, 0.5, 2) * extent
            strokes.append((take.between(at, until), [tuple(place), tuple(to)]))
            if paints:
                place = to
        at = until
    strokes = [(t, [tuple(map(float, p)) for p in points]) for t, points in sorted(strokes)]
    color = any_color(take.random, 120, 255) if paints else (235, 235, 240)
    width = 5 if paints else 3
    cast.append(Mark(strokes, color, y + 1, width=width))
    if with_car:
        parked = [(-99, x, y), (take.end + 99, x, y)]
        cast.append(Car(any_color(take.random), parked, facing=take.side()))
    stick = Held(kind="can" if paints else "stick", color=(120, 90, 60), size=0.35)
    vandals = 1 if take.chance(0.6) else 2
    for number in range(vandals):
        feet = stands[0] - number * side * 0.9 * take.size(y), stands[1]
        cast.append(
            Person(
                any_look(take.random),
                [
                    *take.arrive(*feet, take.start, side),
                    *take.leave(*feet, take.end, side, speed=1.6),
                ],
                acts=acts,
                facing=[(-99, -side if number == 0 else side)],
                holding=[(take.start - 3, take.end + 5, stick)],
                pace=take.between(1.0, 1.4),
            )
        )
    return cast


def _shaken(take, x, y, until):
    """Returns the points of a thing that is pulled about, from the start of a take."""
    times = np.arange(take.start, until, 0.2).tolist()
    return [(time, x + take.between(-7, 7), y - take.between(0, 6)) for time in times]
