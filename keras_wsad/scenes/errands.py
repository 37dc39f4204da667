"""Scripts of ordinary errands with a part of a crime against property."""

from keras_wsad.scenes.effects import Flash
from keras_wsad.scenes.effects import Mark
from keras_wsad.scenes.looks import any_color
from keras_wsad.scenes.looks import any_look
from keras_wsad.scenes.person import Person
from keras_wsad.scenes.take import RUNNING_AWAY
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
