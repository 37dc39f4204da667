"""Scripts of violence against people: six of the anomalies."""

from keras_wsad.scenes.effects import Flash
from keras_wsad.scenes.looks import DARK
from keras_wsad.scenes.looks import UNIFORM
from keras_wsad.scenes.looks import any_look
from keras_wsad.scenes.person import Person
from keras_wsad.scenes.take import RUNNING_AWAY
from keras_wsad.scenes.things import Car
from keras_wsad.scenes.things import Held
from keras_wsad.scenes.things import Thing

_GUN = Held(kind="gun", color=(15, 15, 15), size=0.22)
_STICK = Held(kind="stick", color=(95, 65, 35), size=0.45)


def abuse(take):
    """Somebody beats and kicks one who is small or cowers and does not fight back."""
    x, y = take.spot(margin=25, low=0.2)
    side, size = take.side(), take.size(y)
    small = take.chance(0.6)
    height = take.between(0.55, 0.7) if small else 1.0
    victim = Person(
        any_look(take.random, height=height),
        [
            *take.arrive(x, y, take.start - 1.5, -side),
            *take.leave(x, y, take.end + 2.5, -side, speed=0.5),
        ],
        acts=[(take.start, take.end + 1.5, "cower")],
        facing=[(-99, side)],
    )
    stands = x + side * 0.42 * size
    acts, at = [], take.start
    while at < take.end:
        until = min(at + take.between(1.5, 3.5), take.end)
        acts.append((at, until, take.one_of(("strike", "strike", "kick"))))
        at = until
    abuser = Person(
        any_look(take.random, height=1.05),
        [
            *take.arrive(stands, y + 1, take.start - 0.3, side),
            *take.leave(stands, y + 1, take.end, side),
        ],
        acts=acts,
        facing=[(-99, -side)],
        holding=[(take.start - 3, take.end + 4, _STICK)] if take.chance(0.6) else [],
    )
    return [victim, abuser]


def arrest(take):
    """Two officers stop somebody, who raises the hands and is put to the ground."""
    x, y = take.spot(margin=35, low=0.15)
    side, size = take.side(), take.size(y)
    up = take.start + 0.25 * take.seconds
    down = take.start + 0.45 * take.seconds
    led_away = take.end + 0.4
    cast = [
        Person(
            any_look(take.random),
            [
                *take.arrive(x, y, take.start - 0.5, -side),
                *take.leave(x, y, led_away, side, speed=0.6),
            ],
            acts=[
                (take.start, down, "hands_up"),
                (down, down + 0.8, "fall"),
                (down + 0.8, take.end - 0.5, "lie"),
                (take.end - 0.5, take.end + 0.3, "rise"),
            ],
            facing=[(-99, side)],
        )
    ]
    for number in (0, 1):
        place = x + side * (0.7 + 0.5 * number) * size, y + 3 - 7 * number
        close = x + side * (0.12 + 0.3 * number) * size, y + 3 - 7 * number
        cast.append(
            Person(
                any_look(take.random, **UNIFORM),
                [
                    *take.arrive(*place, take.start + 0.3, side, speed=1.3),
                    (down - 0.4, *place),
                    (down + 0.3, *close),
                    *take.leave(*close, led_away, side, speed=0.6),
                ],
                acts=[(take.start + 0.3, up + 1, "aim"), (down + 0.3, take.end, "crouch")],
                facing=[(-99, -side)],
                holding=[(take.start, up + 1, _GUN)] if take.chance(0.5) else [],
            )
        )
    if take.backdrop.lanes and take.chance(0.8):
        lane = take.backdrop.lanes[0]
        stop = min(max(x + side * 60, 60), 260)
        begin = 380.0 if side > 0 else -60.0
        cast.append(
            Car(
                (225, 228, 235),
                [
                    (take.start - 2.5, begin, lane),
                    (take.start - 0.6, stop, lane),
                    (take.end + 4, stop, lane),
                    (take.end + 8, begin, lane),
                ],
                facing=-side,
                is_night=take.camera.is_night,
                siren=True,
            )
        )
    return cast


def assault(take):
    """Somebody runs up to another, beats him down, kicks him and is gone."""
    x, y = take.spot(margin=30, low=0.15)
    side, size = take.side(), take.size(y)
    hit = take.start + 0.3 * take.seconds
    victim = Person(
        any_look(take.random),
        [
            *take.arrive(x, y, take.start - 2, -side),
            *take.leave(x, y, take.end + 3, -side, speed=0.5),
        ],
        acts=[
            (hit - 0.6, hit, "cower"),
            (hit, hit + 0.7, "fall"),
            (hit + 0.7, take.end + 1.5, "lie"),
            (take.end + 1.5, take.end + 2.5, "rise"),
        ],
        facing=[(-99, -side)],
    )
    close = x + side * 0.38 * size
    attacker = Person(
        any_look(take.random, **(DARK if take.chance(0.4) else {})),
        [
            *take.arrive(close, y + 2, take.start + 0.4, side, speed=1.6),
            *take.leave(close, y + 2, take.end - 0.3, side, speed=RUNNING_AWAY),
        ],
        acts=[(take.start + 0.4, hit + 0.4, "punch"), (hit + 0.4, take.end - 0.3, "kick")],
        facing=[(-99, -side)],
    )
    return [victim, attacker]


def fighting(take):
    """Two to four people beat each other, in close contact and all over the place."""
    x, y = take.spot(margin=35, low=0.1)
    size = take.size(y)
    cast = []
    for number in range(int(take.random.integers(2, 5))):
        side = -1 if number % 2 else 1
        home = x + side * (0.17 + 0.18 * (number // 2)) * size, y + 5 * (number // 2) + side
        path = take.arrive(*home, take.start, side, speed=1.2)
        acts, at = [], take.start
        while at < take.end:
            until = min(at + take.between(0.8, 2.0), take.end)
            acts.append((at, until, take.one_of(("punch", "grapple", "punch", "kick"))))
            # They push each other about.
            shift = take.between(-0.25, 0.25) * size
            path.append((until, home[0] + shift, home[1] + take.between(-2, 2)))
            at = until
        last = path.pop()
        speed = RUNNING_AWAY if take.chance(0.4) else 1.0
        path += take.leave(last[1], last[2], max(last[0], take.end), side, speed=speed)
        cast.append(
            Person(
                any_look(take.random),
                path,
                acts=acts,
                facing=[(-99, -side)],
                pace=take.between(1.0, 1.4),
            )
        )
    return cast


def robbery(take):
    """Somebody holds people up, who raise their hands, takes a bag and runs."""
    shop = take.backdrop.till is not None
    x, y = take.backdrop.till if shop else take.spot(margin=35, low=0.15)
    x = min(x - 8, 235.0) if shop else x
    side = -1 if shop else take.side()
    size = take.size(y)
    cast = []
    for number in range(1 if shop else int(take.random.integers(1, 3))):
        stands = x - side * (0.15 + 0.35 * number) * size, y - 4 * number
        begin = take.arrive(*stands, take.start - 2 - number, -side)
        cast.append(
            Person(
                any_look(take.random),
                [*begin, *take.leave(*stands, take.end + 3, -side)],
                acts=[(take.start + 0.4, take.end + 0.8, "hands_up")],
                facing=[(-99, side)],
            )
        )
    place = x + side * 0.75 * size, y + 2
    grab = take.start + 0.65 * take.seconds
    at_bag, flees = grab + 0.6 * take.haste, take.end - 0.8 * take.haste
    near = x + side * 0.3 * size, y + 2
    threats, at = [], take.start
    while at < grab:
        # He holds the gun out, and threatens to strike.
        threats += [(at, at + 1.2, "aim"), (at + 1.2, at + 2.0, "strike")]
        at += 2.0
    cast.append(
        Person(
            any_look(take.random, **DARK),
            [
                *take.arrive(*place, take.start, side, speed=1.2),
                (grab, *place),
                (at_bag, *near),
                *take.leave(*near, flees, side, speed=RUNNING_AWAY),
            ],
            acts=[(grab, at_bag, "aim"), (at_bag, flees, "reach"), *threats],
            facing=[(-99, -side)],
            holding=[
                (take.start, at_bag, _GUN),
                (grab + 1.2, take.end + 9, Held(kind="bag", color=(110, 80, 45), size=0.4)),
            ],
        )
    )
    return cast


def shooting(take):
    """Shots: muzzle flashes, people fall, the others run."""
    x, y = take.spot(margin=40, low=0.1)
    side, size = take.side(), take.size(y)
    shots = []
    at = take.start + 0.2
    while at < take.end - 0.5:
        shots.append(at)
        at += take.between(0.35, 1.3)
    muzzle = x - side * 0.5 * size, y - 0.72 * size
    cast = [
        Person(
            any_look(take.random, **DARK),
            [
                *take.arrive(x, y, take.start - 0.3, side, speed=1.0),
                *take.leave(x, y, take.end, side, speed=RUNNING_AWAY),
            ],
            acts=[(take.start - 0.3, take.end, "aim")],
            facing=[(-99, -side)],
            holding=[(take.start - 1, take.end + 1, _GUN)],
        )
    ]
    for shot in shots:
        cast.append(Flash(*muzzle, shot, 0.16, 0.2 * size))
        cast.append(Flash(*muzzle, shot, 0.12, 0.75 * size, color=(255, 225, 150)))
    for number in range(int(take.random.integers(2, 5))):
        place = x - side * take.between(0.9, 1.9) * size, y + take.between(-8, 12)
        path = take.arrive(*place, take.start - 1 - number, -side)
        falls = number == 0 or take.chance(0.3)
        when = shots[min(number, len(shots) - 1)] + 0.1
        if falls:
            acts = [(when, when + 0.6, "fall"), (when + 0.6, take.end + 6, "lie")]
            path.append((take.end + 6, *place))
        else:
            acts = []
            path += take.leave(*place, when, -side, speed=RUNNING_AWAY)
        person = Person(any_look(take.random), path, acts=acts, facing=[(-99, side)])
        cast.append(person)
    if take.chance(0.3):
        dropped = [(when, *place), (take.end + 5, *place)]
        cast.append(Thing("bag", (90, 60, 40), dropped, 0.2))
    return cast
