"""Scripts of sudden disasters: an explosion, a collision."""

import numpy as np

from keras_wsad.scenes.effects import Cloud
from keras_wsad.scenes.effects import Fire
from keras_wsad.scenes.effects import Flash
from keras_wsad.scenes.effects import Shake
from keras_wsad.scenes.looks import any_color
from keras_wsad.scenes.looks import any_look
from keras_wsad.scenes.person import Person
from keras_wsad.scenes.take import RUNNING_AWAY
from keras_wsad.scenes.things import Car
from keras_wsad.scenes.things import Thing


def explosion(take):
    """A flash, a ball of fire, debris; smoke and fire stay, people run."""
    x, y = take.spot(margin=25, low=0.0, high=0.8)
    size = take.size(y)
    cast = [
        Flash(x, y - 0.3 * size, take.start, 0.5, 5.0 * size),
        Flash(x, y - 0.4 * size, take.start + 0.1, 1.3, 1.5 * size, color=(255, 150, 40)),
        Cloud(x, y - 0.4 * size, take.start + 0.2, take.seconds, 1.2 * size),
        Cloud(x, y - 0.8 * size, take.start + 1.0, take.seconds, 1.4 * size, rise=9),
        Shake(take.start),
        Fire(
            x,
            y,
            take.start + 0.3,
            take.end - 1,
            take.between(0.35, 0.6) * size,
            growth=0.5,
            seed=int(take.random.integers(1 << 30)),
        ),
    ]
    cast += debris(take, x, y, take.start, 14)
    for _ in range(int(take.random.integers(1, 4))):
        place = x + take.side() * take.between(0.8, 1.8) * size, y + take.between(0, 14)
        side = -1 if place[0] < x else 1
        arrive = take.arrive(*place, take.start - take.between(0.5, 2), side)
        if take.chance(0.4):
            up = take.start + 0.6 * take.seconds
            acts = [
                (take.start + 0.1, take.start + 0.6, "fall"),
                (take.start + 0.6, up, "lie"),
                (up, up + 1, "rise"),
            ]
            away = take.leave(*place, up + 1, side)
        else:
            acts = []
            away = take.leave(*place, take.start + 0.2, side, speed=RUNNING_AWAY)
        cast.append(Person(any_look(take.random), [*arrive, *away], acts=acts))
    return cast


def road_accident(take):
    """A car runs into another, or into somebody; it stands crooked, people come."""
    lanes = take.backdrop.lanes
    y = take.one_of(lanes)
    x = take.between(120, 200)
    side = take.side()
    night = take.camera.is_night
    cleared = take.end + 1.5
    speed = take.between(150, 230)
    length = 1.2 * take.size(y)
    hazard = (take.start + 1, cleared)
    front = x + side * 0.5 * length
    cast = [
        Car(
            any_color(take.random),
            [
                (take.start - 400 / speed, x - side * 400, y),
                (take.start, x, y),
                (take.start + 0.5, x + side * 14, y - 2),
                (cleared, x + side * 14, y - 2),
                (cleared + 5, x + side * 330, y),
            ],
            facing=side,
            is_night=night,
            hazard=hazard,
            struck=take.start,
        ),
        Cloud(front, y - 8, take.start, 0.7 * take.seconds, 0.45 * length),
        Flash(front, y - 10, take.start, 0.25, 0.3 * length),
    ]
    cast += debris(take, front, y, take.start, 9)
    if take.chance(0.65):
        gone = x + side * 0.9 * length
        cast.append(
            Car(
                any_color(take.random),
                [
                    (take.start - take.between(2.5, 4), gone + side * 300, y + 2),
                    (take.start, gone, y + 2),
                    (take.start + 0.5, gone + side * 10, y + 5),
                    (cleared, gone + side * 10, y + 5),
                    (cleared + 5, gone + side * 330, y + 2),
                ],
                facing=-side,
                is_night=night,
                hazard=hazard,
                struck=take.start,
            )
        )
    else:
        # Somebody who crosses is thrown to the ground.
        place = x + side * 0.75 * length, y + 3
        thrown = place[0] + side * 25
        lies = take.start + 0.5
        cast.append(
            Person(
                any_look(take.random),
                [
                    *take.arrive(place[0], y - 25, take.start - 1.2, side),
                    (take.start, *place),
                    (lies, thrown, y + 6),
                    (cleared, thrown, y + 6),
                ],
                acts=[(take.start, lies, "fall"), (lies, cleared, "lie")],
                facing=[(-99, -side)],
            )
        )
    for number in range(int(take.random.integers(1, 4))):
        stands = x + take.between(-60, 60), take.backdrop.walkway[1] - 3 * number
        comes = take.start + take.between(1.0, 2.5)
        from_side = take.side()
        reaches = max(comes, take.arrive(*stands, comes, from_side, speed=1.5)[0][0] + 2.5)
        cast.append(
            Person(
                any_look(take.random),
                [
                    *take.arrive(*stands, reaches, from_side, speed=1.5),
                    *take.leave(*stands, max(cleared, reaches + 1), from_side),
                ],
                acts=[(reaches, cleared, take.one_of(("wave", "talk", "bend")))],
            )
        )
    return cast


def debris(take, x, y, start, count):
    """Pieces that fly from a place and lie where they fall."""
    size = take.size(y)
    pieces = []
    for _ in range(count):
        away, up = take.between(-1.6, 1.6) * size, take.between(0.5, 2.4) * size
        times = np.linspace(0, 1.2, 9)
        heights = np.maximum(up * times - 2.2 * size * times**2, -4.0)
        path = np.stack([start + times, x + away * times, y - heights], axis=1).tolist()
        path.append([take.end, *path[-1][1:]])
        pieces.append(
            Thing("debris", any_color(take.random, 30, 120), path, take.between(0.03, 0.07))
        )
    return pieces
