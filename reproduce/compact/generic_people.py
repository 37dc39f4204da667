"""Plain motions of people, for `generic_motions`."""

from keras_wsad.scenes.looks import any_color
from keras_wsad.scenes.looks import any_look
from keras_wsad.scenes.looks import on_stage
from keras_wsad.scenes.person import Person
from keras_wsad.scenes.poses import ONCE
from keras_wsad.scenes.things import Held

# Seconds, longer than any clip.
LONG = 100.0


def acting(action):
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


def going(low, high, holding=None):
    """Somebody crosses the picture at a speed in body heights per second."""

    def cast(random, backdrop):
        x, y = on_stage(random, backdrop)
        side = int(random.choice((-1, 1)))
        size = backdrop.size_at(y)
        speed = side * size * float(random.uniform(low, high))
        rise = float(random.uniform(-0.2, 0.2)) * speed
        path = [(-10, x - 11 * speed, y - 11 * rise), (10, x + 9 * speed, y + 9 * rise)]
        held = [(-10, LONG, holding(random))] if holding else []
        acts = [(-10, LONG, "carry")] if holding and random.random() < 0.5 else []
        return [Person(any_look(random), path, acts=acts, holding=held)]

    return cast


def held(kinds):
    def thing(random):
        kind = str(random.choice(kinds))
        size = float(random.uniform(0.18, 0.4))
        return Held(kind=kind, color=any_color(random), size=size)

    return thing


def meeting(before, after):
    """Two people whose distance, in body heights, changes from `before` to `after`."""

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


def together(random, backdrop):
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


def crowd(random, backdrop):
    people = []
    for _ in range(random.integers(5, 9)):
        people += going(0.0, 0.6)(random, backdrop)
    return people


def beam(random, backdrop):
    path = going(0.2, 1.2, held(("torch",)))
    return path(random, backdrop)
