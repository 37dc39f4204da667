"""Scripts of ordinary scenes that have a part in common with an anomaly."""

from keras_wsad.scenes.effects import Cloud
from keras_wsad.scenes.effects import Flash
from keras_wsad.scenes.effects import Mark
from keras_wsad.scenes.effects import Shake
from keras_wsad.scenes.everyday import traffic
from keras_wsad.scenes.looks import UNIFORM
from keras_wsad.scenes.looks import any_color
from keras_wsad.scenes.looks import any_look
from keras_wsad.scenes.person import Person
from keras_wsad.scenes.take import RUNNING_AWAY
from keras_wsad.scenes.things import Car
from keras_wsad.scenes.things import Held
from keras_wsad.scenes.things import Thing


def left_about(take):
    """A bike, a parcel, a bin or old paint on a wall, which nobody touches."""
    x, y = take.spot(high=0.4)
    kind = take.one_of(("box", "bin") if take.backdrop.till else ("bike", "box", "bin", ""))
    if kind:
        size = 0.75 if kind == "bike" else take.between(0.3, 0.45)
        return [Thing(kind, any_color(take.random), [(-99, x, y), (999, x, y)], size)]
    return [_paint(take, x, take.backdrop.walkway[0], at=-99.0, until=999.0)]


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


def poster(take):
    """Vandalism: somebody sticks a poster to a wall."""
    y = take.backdrop.walkway[0]
    side, size = take.side(), take.size(y)
    x = take.between(95, 225)
    stands = x + side * 0.35 * size, y + 4
    begin = take.start + 1.5
    done = begin + take.between(2, 3.5)
    sheet = [(x, y - 0.95 * size), (x, y - 0.5 * size)]
    return [
        Mark([(begin + 0.5, sheet)], any_color(take.random, 120, 255), y + 1, width=22),
        Person(
            any_look(take.random),
            [*take.arrive(*stands, begin, side), *take.leave(*stands, done, -side)],
            acts=[(begin, done, take.one_of(("wave", "reach")))],
            facing=[(-99, -side)],
        ),
    ]


def puts_down_bag(take):
    """Stealing, explosion: a bag is put down, stands alone and is fetched in a hurry."""
    x, y = take.spot(margin=30, low=0.2)
    side = take.side()
    down = take.start + 1.5
    fetched = down + take.between(4, 7)
    look, color = any_look(take.random), any_color(take.random)
    bag = Held(kind="bag", color=color, size=0.3)
    cast = [
        Person(
            look,
            [*take.arrive(x, y, down, side), *take.leave(x, y, down + 0.8, side)],
            acts=[(down, down + 0.8, "bend")],
            facing=[(-99, -side)],
            holding=[(take.start - 20, down + 0.4, bag)],
        ),
        Thing("box", color, [(down + 0.4, x, y), (fetched + 0.4, x, y)], size=0.28),
    ]
    speed = take.between(0.8, RUNNING_AWAY)
    cast.append(
        Person(
            look,
            [
                *take.arrive(x, y, fetched, side, speed=1.2),
                *take.leave(x, y, fetched + 0.8, side, speed=speed),
            ],
            acts=[(fetched, fetched + 0.8, "bend")],
            facing=[(-99, -side)],
            holding=[(fetched + 0.4, fetched + 30, bag)],
        )
    )
    return cast


def own_bike(take):
    """Stealing: somebody unlocks his bike and pushes it away."""
    x, y = take.spot(margin=30, low=0.2)
    side = take.side()
    stands = x + side * 0.35 * take.size(y)
    begin = take.start + 1.5
    goes = begin + take.between(1, 2)
    away = [(at, to - side * 12, row) for at, to, row in take.leave(x, y, goes, side)]
    return [
        Thing(
            "bike", any_color(take.random), [(-99, x, y), (goes - 0.1, x, y), *away], 0.75
        ),
        Person(
            any_look(take.random),
            [
                *take.arrive(stands, y + 1, begin, side),
                *take.leave(stands, y + 1, goes, side),
            ],
            acts=[(begin, goes, take.one_of(("crouch", "bend"))), (goes, 999, "carry")],
            facing=[(-99, -side)],
        ),
    ]


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


def unlocks_door(take):
    """Burglary: somebody opens a door with a key, is inside for a while and leaves."""
    door_x, door_y, width, height = take.backdrop.door
    window_x, window_y, _, window_height = take.backdrop.window
    side = take.side()
    y = max(door_y + 4, take.backdrop.walkway[0])
    begin = take.start + 1.5
    opened = begin + take.between(0.8, 1.5)
    comes_out = opened + take.between(3, 5)
    look = any_look(take.random)
    before = door_x + side * 10, y
    hole = [(door_x, door_y - 2), (door_x, door_y - height + 2)]
    light = Flash(
        window_x,
        window_y - 0.5 * window_height,
        opened + 0.8,
        comes_out - opened,
        window_height,
        color=(255, 235, 180),
    )
    bag = Held(kind="bag", color=any_color(take.random), size=0.25)
    return [
        Mark(
            [(opened, hole)],
            (8, 8, 10),
            door_y - 1,
            width=round(width) - 4,
            until=comes_out + 1,
        ),
        light,
        Person(
            look,
            [
                *take.arrive(*before, begin, side),
                (opened, *before),
                (opened + 0.5, door_x, y),
            ],
            acts=[(begin, opened, "reach")],
            facing=[(-99, -side)],
        ),
        Person(
            look,
            [(comes_out, door_x, y), *take.leave(door_x, y, comes_out + 0.5, side)],
            holding=[(comes_out, comes_out + 30, bag)] if take.chance(0.5) else [],
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


def picks_goods(take):
    """Shoplifting: a customer grips goods, bends and looks about, and pays for them."""
    till_x, till_y = take.backdrop.till
    goods = take.one_of(take.backdrop.goods)
    x = min(max(goods[0], 75.0), 225.0)
    y = take.backdrop.walkway[0] + take.between(0, 8)
    side = take.side()
    grip = take.start + 1.5
    paying = take.go(grip + 2.6, (x, y), (till_x - 18, till_y))
    gap = [(goods[0], goods[1] - 1), (goods[0], goods[1] - 12)]
    return [
        Mark([(grip + 0.8, gap)], (25, 22, 20), 0, width=7),
        Person(
            any_look(take.random),
            [
                *take.arrive(x, y, grip, side),
                (grip + 2.6, x, y),
                (paying, till_x - 18, till_y),
                *take.leave(till_x - 18, till_y, paying + 2, 1),
            ],
            acts=[
                (grip, grip + 1, "reach"),
                (grip + 1, grip + 1.8, "bend"),
                (paying, paying + 2, "reach"),
            ],
            facing=[(-99, side), (grip + 1.9, -side), (grip + 2.3, side)],
            holding=[
                (grip + 0.8, paying + 30, Held(kind="bag", color=goods[2], size=0.24))
            ],
        ),
    ]


def _paint(take, x, y, at, until):
    """Lines of paint on a wall."""
    size = take.size(y)
    points = [
        (x + take.between(-0.5, 0.5) * size, y - take.between(0.45, 1.05) * size)
        for _ in range(int(take.random.integers(4, 9)))
    ]
    color = any_color(take.random, 120, 255)
    return Mark([(at, points)], color, y + 1, width=5, until=until)
