"""Random clothes, colours, cameras and positions."""

import numpy as np

from keras_wsad.scenes.backdrops import STAGE
from keras_wsad.scenes.camera import Camera
from keras_wsad.scenes.person import Look

# Clothes of people who hide who they are.
DARK = {"shirt": (28, 28, 30), "trousers": (35, 35, 40), "hair": (22, 22, 24)}
# Those of the police.
UNIFORM = {"shirt": (25, 32, 60), "trousers": (22, 26, 45), "hair": (18, 20, 30)}

_SKINS = ((224, 182, 150), (198, 150, 118), (150, 105, 78), (98, 66, 48))
_HAIRS = ((30, 25, 22), (70, 48, 30), (150, 120, 70), (110, 108, 105))


def any_color(random, low=20, high=235):
    """Returns a random colour, `(red, green, blue)`."""
    return tuple(int(value) for value in random.integers(low, high, 3))


def any_look(random, **fixed):
    """Returns a random `Look`; `fixed` sets parts of it."""
    look = {
        "shirt": any_color(random),
        "trousers": any_color(random, 20, 140),
        "skin": _SKINS[random.integers(len(_SKINS))],
        "hair": _HAIRS[random.integers(len(_HAIRS))],
        "height": float(random.uniform(0.92, 1.08)),
    }
    return Look(**{**look, **fixed})


def any_camera(random, night=0.25):
    """Returns a random `Camera`, by night with probability `night`."""
    is_night = random.random() < night
    return Camera(
        brightness=float(random.uniform(*((0.42, 0.55) if is_night else (0.8, 1.1)))),
        drift=float(random.uniform(0.0, 0.1)),
        period=float(random.uniform(8, 60)),
        tint=tuple(np.round(random.uniform(0.93, 1.07, 3), 2).tolist()),
        noise=float(random.integers(2, 6)),
    )


def on_stage(random, backdrop, margin=0.0, low=0.0, high=1.0):
    """Returns a random position `(x, y)` in the middle of the picture.

    Args:
        random: `numpy.random.Generator`.
        backdrop: `Backdrop`.
        margin: float. Pixels to keep from the stage's ends. Defaults to `0`.
        low, high: floats. Range of rows, as shares of the walkway.
    """
    first, last = backdrop.walkway
    x = random.uniform(STAGE[0] + margin, STAGE[1] - margin)
    return float(x), float(first + random.uniform(low, high) * (last - first))
