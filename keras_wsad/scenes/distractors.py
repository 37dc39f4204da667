"""Scripts of ordinary scenes with a part of violence or of a disaster."""

from keras_wsad.scenes.effects import Cloud
from keras_wsad.scenes.effects import Flash
from keras_wsad.scenes.effects import Shake
from keras_wsad.scenes.everyday import traffic
from keras_wsad.scenes.looks import UNIFORM
from keras_wsad.scenes.looks import any_color
from keras_wsad.scenes.looks import any_look
from keras_wsad.scenes.person import Person
from keras_wsad.scenes.things import Car
from keras_wsad.scenes.things import Thing


def hard_braking(take):
    """Road accident: a fast car stops dead, blinks and goes on."""
    side = take.side()
    y = take.one_of(take.backdrop.lanes)
    x = take.between(110, 210)
    stops, speed = take.start + 2, take.between(180, 300)
    goes = stops + take.between(1.5, 3)
    path = [
        (stops - 400 / speed, x - side * 400, y),
        (stops, x, y),
        (stops + 0.3, x + side * 12, y),
        (goes, x + side * 12, y),
        (goes + 4, x + side * 400, y),
    ]
    car = Car(
        any_color(take.random),
        path,
        facing=side,
        is_night=take.camera.is_night,
        hazard=(stops, goes),
    )
    return [car, Cloud(x - side * 30, y, stops, 1.0, 14)]


def rattling_car(take):
    """Explosion: a car that passes shakes the camera and leaves fumes behind."""
    x, y = take.between(110, 210), take.one_of(take.backdrop.lanes)
    return [
        *traffic(take, speed=take.between(110, 160)),
        Shake(take.start + 1.5, seconds=1.2, pixels=3),
        Cloud(x, y - 10, take.start + 1.5, 2.5, 30),
    ]


def officers(take):
    """Arrest: two in uniform stop somebody for a word and let him go."""
    x, y = take.spot(margin=35, low=0.15)
    side, size = take.side(), take.size(y)
    meet = take.start + 1.5
    part = meet + take.between(2, 4)
    cast = [
        Person(
            any_look(take.random),
            [*take.arrive(x, y, meet, -side), *take.leave(x, y, part, side)],
            acts=[(meet, part, take.one_of(("talk", "stand")))],
            facing=[(-99, side)],
        )
    ]
    for number in (0, 1):
        place = x + side * (0.4 + 0.35 * number) * size, y + 3 - 7 * number
        cast.append(
            Person(
                any_look(take.random, **UNIFORM),
                [*take.arrive(*place, meet, side), *take.leave(*place, part + 0.5, -side)],
                acts=[(meet, part, "talk" if number == 0 else "stand")],
                facing=[(-99, -side)],
            )
        )
    return cast


def points_the_way(take):
    """Robbery, shooting: an arm stretched out towards another, who looks and goes."""
    x, y = take.spot(margin=30)
    side, size = take.side(), take.size(y)
    meet = take.start + 1.5
    part = meet + take.between(1.5, 3)
    cast = []
    for number, act in enumerate(("aim", "stand")):
        place = x + (1 if number else -1) * 0.4 * side * size, y + number
        from_side = side if number else -side
        cast.append(
            Person(
                any_look(take.random),
                [
                    *take.arrive(*place, meet, from_side),
                    *take.leave(*place, part + 0.5 * number, from_side),
                ],
                acts=[(meet, part, act)],
                facing=[(-99, -from_side)],
            )
        )
    return cast


def helps_up(take):
    """Assault, abuse: somebody lies on the ground, and another bends over him."""
    x, y = take.spot(margin=30)
    side, size = take.side(), take.size(y)
    falls = take.start + 1.5
    helped = falls + take.between(1.2, 2)
    up = helped + 1.2
    stands = x + side * 0.45 * size, y + 2
    return [
        Person(
            any_look(take.random),
            [*take.arrive(x, y, falls, -side), *take.leave(x, y, up + 1.2, side)],
            acts=[
                (falls, falls + 0.7, "fall"),
                (falls + 0.7, up, "lie"),
                (up, up + 1, "rise"),
            ],
            facing=[(-99, side)],
        ),
        Person(
            any_look(take.random),
            [
                *take.arrive(*stands, helped, side, speed=take.between(0.8, 1.6)),
                *take.leave(*stands, up + 1.4, -side),
            ],
            acts=[(helped, up + 0.8, "bend")],
            facing=[(-99, -side)],
        ),
    ]


def sparring(take):
    """Fighting: two friends box the air for a moment, out of reach, and laugh."""
    x, y = take.spot(margin=35)
    size = take.size(y)
    begin = take.start + 1.5
    done = begin + take.between(0.8, 1.5)
    part = done + take.between(1.5, 3)
    cast = []
    for side in (-1, 1):
        place = x + side * 0.45 * size, y + side
        act = take.one_of(("punch", "kick", "jump"))
        cast.append(
            Person(
                any_look(take.random),
                [*take.arrive(*place, begin, side), *take.leave(*place, part, side)],
                acts=[(begin, done, act), (done, part, take.one_of(("talk", "wave")))],
                facing=[(-99, -side)],
            )
        )
    return cast


def ties_laces(take):
    """Abuse: a child crouches before a grown-up, who bends over it."""
    x, y = take.spot(margin=30, low=0.2)
    side, size = take.side(), take.size(y)
    begin = take.start + 1.5
    done = begin + take.between(2, 4)
    stands = x + side * 0.4 * size, y + 1
    child = any_look(take.random, height=take.between(0.55, 0.7))
    return [
        Person(
            child,
            [*take.arrive(x, y, begin, -side), *take.leave(x, y, done, side)],
            acts=[(begin, done, take.one_of(("cower", "crouch")))],
            facing=[(-99, side)],
        ),
        Person(
            any_look(take.random),
            [*take.arrive(*stands, begin, -side), *take.leave(*stands, done, side)],
            acts=[(begin, done, take.one_of(("bend", "talk", "stand")))],
            facing=[(-99, -side)],
        ),
    ]


def welder(take):
    """Shooting, explosion, arson: flashes of light from somebody at work, and smoke."""
    x, y = take.spot(margin=25, low=0.1)
    side, size = take.side(), take.size(y)
    stands = x + side * 0.4 * size
    begin = take.start + 1.5
    done = begin + take.between(2.5, 5)
    cast = [
        Thing("box", (90, 90, 95), [(-99, x, y), (999, x, y)], size=0.3),
        Cloud(
            x, y - 0.3 * size, begin, done - begin + 1, 0.4 * size, color=(150, 150, 155)
        ),
        Person(
            any_look(take.random),
            [
                *take.arrive(stands, y + 1, begin, side),
                *take.leave(stands, y + 1, done, side),
            ],
            acts=[(begin, done, "crouch")],
            facing=[(-99, -side)],
        ),
    ]
    at = begin + 0.4
    while at < done - 0.3:
        radius = take.between(0.15, 0.6) * size
        color = (225, 235, 255)
        cast.append(Flash(x, y - 0.25 * size, at, take.between(0.1, 0.3), radius, color))
        at += take.between(0.15, 0.8)
    return cast
