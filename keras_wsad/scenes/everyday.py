"""Scripts of ordinary life."""

from keras_wsad.scenes.looks import any_color
from keras_wsad.scenes.looks import any_look
from keras_wsad.scenes.person import Person
from keras_wsad.scenes.things import Car
from keras_wsad.scenes.things import Held
from keras_wsad.scenes.things import Thing


def passer_by(take, speed=None, carries=None):
    """Somebody comes in on one side and leaves on the other, maybe stops on the way."""
    side = take.side()
    x, y = take.spot()
    speed = speed or take.between(0.5, 0.95)
    points = take.arrive(x, y, take.start + 2, side, speed=speed)
    pause = take.between(1, 5) if take.chance(0.4) else 0.05
    action = take.one_of(("stand", "talk", "stand", "bend"))
    away = take.leave(x, y, take.start + 2 + pause, -side, speed=speed)
    acts = [(take.start + 2, take.start + 2 + pause, action)] if pause > 1 else []
    holding = [(take.start - 20, take.end + 20, carries)] if carries else []
    return [Person(any_look(take.random), [*points, *away], acts=acts, holding=holding)]


def carrier(take):
    """Somebody with a box or a bag."""
    kind = take.one_of(("box", "bag"))
    size = take.between(0.2, 0.42)
    return passer_by(take, carries=Held(kind=kind, color=any_color(take.random), size=size))


def meeting(take):
    """Two or three people meet, talk, wave and part."""
    x, y = take.spot(margin=25)
    size = take.size(y)
    until = take.end - 1
    cast = []
    for number in range(int(take.random.integers(2, 4))):
        side = -1 if number % 2 else 1
        place = x + side * (0.22 + 0.2 * (number // 2)) * size, y + 4 * number
        acts, at = [], take.start + 1
        while at < until:
            acts.append((at, at + 1.6, take.one_of(("talk", "stand", "talk", "wave"))))
            at += take.between(1.6, 3)
        cast.append(
            Person(
                any_look(take.random),
                [
                    *take.arrive(*place, take.start + 1, side),
                    *take.leave(*place, until, side),
                ],
                acts=acts,
                facing=[(-99, -side)],
            )
        )
    return cast


def cyclist(take):
    """Somebody rides a bike through the picture."""
    side = take.side()
    x, y = take.spot(low=0.4)
    speed = take.between(1.4, 2.2)
    way = take.arrive(x, y, take.start + 2, side, speed=speed)
    way += take.leave(x, y, take.start + 2.02, -side, speed=speed)
    rider = [(t, a, b - 0.22 * take.size(y)) for t, a, b in way]
    return [
        Thing("bike", any_color(take.random), way, size=0.75),
        Person(any_look(take.random), rider, acts=[(-99, 999, "carry")]),
    ]


def traffic(take, speed=None, siren=False):
    """A car drives through."""
    side = take.side()
    y = take.one_of(take.backdrop.lanes)
    speed = speed or take.between(45, 130)
    begin, end = (-110.0, 430.0) if side > 0 else (430.0, -110.0)
    seconds = 540 / speed
    path = [(take.start, begin, y), (take.start + seconds, end, y)]
    if speed < 100 and take.chance(0.35):
        # It stops for somebody and goes on.
        stop, wait = take.between(90, 230), take.between(1, 4)
        at = take.start + abs(stop - begin) / speed
        rest = abs(end - stop) / speed
        path[1:] = [(at, stop, y), (at + wait, stop, y), (at + wait + rest, end, y)]
    car = Car(
        (225, 228, 235) if siren else any_color(take.random),
        path,
        facing=side,
        is_night=take.camera.is_night,
        siren=siren,
    )
    return [car]


def parked_car(take):
    """A car that stands all the time, with blinking lights for a while."""
    y = take.one_of(take.backdrop.lanes)
    x = take.between(40, 280)
    blinks = (take.start, take.start + take.between(3, 9)) if take.chance(0.5) else None
    path = [(-99, x, y), (999, x, y)]
    return [Car(any_color(take.random), path, facing=take.side(), hazard=blinks)]


def shopper(take):
    """Somebody looks at shelves, takes a thing to the till, pays and leaves."""
    till_x, till_y = take.backdrop.till
    y = take.backdrop.walkway[0] + take.between(0, 10)
    side = take.side()
    x = take.between(50, 215)
    at = take.start + 1
    path = take.arrive(x, y, at, 1 if take.chance(0.7) else -1)
    acts, holding = [], []
    color = any_color(take.random)
    for visit in range(int(take.random.integers(1, 4))):
        browse = take.between(1.5, 4)
        acts.append((at + 0.5 * browse, at + browse, "reach"))
        at += browse
        path.append((at, x, y))
        if visit == 0:
            picked = at
        to = min(max(x + take.between(-70, 70), 45), 215)
        arrives = take.go(at, (x, y), (to, y))
        path.append((arrives, to, y))
        x, at = to, arrives
    paying = take.go(at, (x, y), (till_x - 18, till_y))
    path.append((paying, till_x - 18, till_y))
    acts.append((paying, paying + 2.5, take.one_of(("talk", "reach"))))
    path += take.leave(till_x - 18, till_y, paying + 2.5, 1)
    holding.append((picked, paying + 60, Held(kind="bag", color=color, size=0.2)))
    look = any_look(take.random)
    return [Person(look, path, acts=acts, facing=[(-99, side)], holding=holding)]


def clerk(take):
    """Somebody behind the till, all the time."""
    till_x, till_y = take.backdrop.till
    path = [(-99, till_x + 24, till_y - 6), (999, till_x + 24, till_y - 6)]
    acts, at = [], 0.0
    while at < 120:
        acts.append((at, at + 2, take.one_of(("stand", "reach", "talk", "stand"))))
        at += take.between(2, 6)
    return [Person(any_look(take.random), path, acts=acts, facing=[(-99, -1)])]
