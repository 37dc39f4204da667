"""Renders clips of plain motions to train a backbone on; none shows an anomaly.

A clip shows some of `MOTIONS` at random positions, sizes and colours: somebody runs or
bends, a ball bounces, a light flickers, a car brakes.
"""

import numpy as np

from keras_wsad.scenes.backdrops import KINDS
from keras_wsad.scenes.backdrops import make_backdrop
from keras_wsad.scenes.looks import any_camera
from keras_wsad.scenes.poses import ONCE
from keras_wsad.scenes.poses import STAYING
from reproduce.compact.generic_people import acting
from reproduce.compact.generic_people import beam
from reproduce.compact.generic_people import crowd
from reproduce.compact.generic_people import going
from reproduce.compact.generic_people import held
from reproduce.compact.generic_people import meeting
from reproduce.compact.generic_people import together
from reproduce.compact.generic_things import bike
from reproduce.compact.generic_things import cloud
from reproduce.compact.generic_things import driving
from reproduce.compact.generic_things import flash
from reproduce.compact.generic_things import glow
from reproduce.compact.generic_things import pieces
from reproduce.compact.generic_things import scribble
from reproduce.compact.generic_things import shake
from reproduce.compact.generic_things import thing_that

FPS = 10

MOTIONS = {
    **{action: acting(action) for action in (*STAYING, *ONCE)},
    "walk": going(0.25, 0.9),
    "run": going(1.2, 2.6),
    "carry": going(0.3, 0.9, held(("box", "bag"))),
    "run off with": going(1.2, 2.4, held(("box", "bag"))),
    "wield": going(0.0, 0.4, held(("stick", "gun"))),
    "beam": beam,
    "approach": meeting(2.4, 0.5),
    "part": meeting(0.5, 2.4),
    "together": together,
    "crowd": crowd,
    **{
        f"car {how}": driving(f"car {how}")
        for how in ("stands", "drives", "speeds", "brakes", "starts")
    },
    **{
        f"thing {how}": thing_that(how)
        for how in ("slides", "bounces", "shakes", "flies", "appears", "vanishes")
    },
    "bike": bike,
    "pieces": pieces,
    "small flash": flash(5, 18),
    "large flash": flash(60, 260),
    "glow": glow,
    "cloud": cloud,
    "scribble": scribble,
    "shake": shake,
}


def render_clip(random, num_frames=16):
    """Renders a clip of one to three motions, with common ones around them.

    Args:
        random: `numpy.random.Generator`.
        num_frames: int. At `FPS` frames per second. Defaults to `16`.

    Returns:
        `(frames, shown)`: a list of uint8 arrays of shape `(HEIGHT, WIDTH, 3)`, and a
        float32 array of shape `(len(MOTIONS),)`, 1 for the motions shown, else 0.
    """
    backdrop = make_backdrop(KINDS[random.integers(len(KINDS))], random)
    camera = any_camera(random)
    names = list(MOTIONS)
    chosen = random.choice(names, random.integers(1, 4), replace=False).tolist()
    common = ("walk", "walk", "stand", "talk", "car drives", "run", "car stands")
    chosen += random.choice(common, random.integers(0, 4)).tolist()
    cast = [actor for name in chosen for actor in MOTIONS[name](random, backdrop)]
    frames = [camera.take(backdrop, cast, t / FPS, random) for t in range(num_frames)]
    shown = np.isin(names, chosen).astype(np.float32)
    return frames, shown
