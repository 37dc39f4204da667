"""Three kinds of backdrop: a street, a shop, a yard."""

import dataclasses

import numpy as np
from PIL import Image
from PIL import ImageDraw

from keras_wsad.scenes.canvas import HEIGHT
from keras_wsad.scenes.canvas import WIDTH

KINDS = ("street", "shop", "yard")

# Left and right edge of the central square crop.
STAGE = (70, 250)


@dataclasses.dataclass(frozen=True, kw_only=True)
class Backdrop:
    """An empty street, shop or yard.

    Rows and columns are in pixels of a frame of `WIDTH` x `HEIGHT`.

    Attributes:
        kind: one of `KINDS`.
        picture: `PIL.Image`.
        horizon: float. Row at which the ground begins.
        near: float. Height of a person at the lower edge.
        walkway: tuple. First and last row that people walk on.
        lanes: tuple of rows that cars drive on; empty where there are none.
        door: tuple `(x, y, width, height)`, with `(x, y)` the middle of its foot.
        window: tuple, as `door`.
        goods: tuple of `(x, y, color)`, goods on shelves; empty outdoors.
        till: tuple `(x, y)`, where customers pay, or `None`.
    """

    kind: str
    picture: Image.Image
    horizon: float
    near: float
    walkway: tuple
    lanes: tuple
    door: tuple
    window: tuple
    goods: tuple = ()
    till: tuple | None = None

    def size_at(self, y):
        """Returns the height in pixels of a person whose feet are at row `y`."""
        depth = (y - self.horizon) / (HEIGHT - self.horizon)
        return self.near * (0.35 + 0.65 * depth)


def make_backdrop(kind, random):
    """Draws a random backdrop of a kind.

    Args:
        kind: one of `KINDS`.
        random: `numpy.random.Generator`.

    Returns:
        A `Backdrop`.
    """
    return {"street": _street, "shop": _shop, "yard": _yard}[kind](random)


def _street(random):
    horizon = float(random.uniform(85, 105))
    kerb = horizon + random.uniform(38, 50)
    picture, draw = _ground(random, horizon, grey=random.uniform(120, 165))
    for left in range(-20, WIDTH, 80):
        wall = _color(random, 70, 190, spread=25)
        top = random.uniform(0, 35)
        draw.rectangle((left, top, left + 78, horizon), fill=wall)
        for column in range(3):
            for row in range(2):
                x, y = left + 8 + 24 * column, top + 8 + 24 * row
                draw.rectangle((x, y, x + 13, y + 14), fill=_color(random, 40, 110))
    draw.rectangle((0, kerb, WIDTH, HEIGHT), fill=_grey(random, 65, 105))
    draw.line((0, kerb, WIDTH, kerb), fill=(190, 190, 185), width=3)
    middle = (kerb + HEIGHT) / 2 + 8
    for left in range(int(random.integers(-30, 0)), WIDTH, 50):
        draw.rectangle((left, middle, left + 24, middle + 3), fill=(205, 205, 200))
    door, window = _openings(draw, random, horizon)
    for _ in range(random.integers(0, 3)):
        _tree(draw, random, horizon + 8)
    near = random.uniform(126, 146)
    return Backdrop(
        kind="street",
        picture=_textured(picture, random),
        horizon=horizon,
        near=near,
        walkway=(horizon + 14, kerb - 4),
        lanes=(kerb + 0.33 * (HEIGHT - kerb), kerb + 0.82 * (HEIGHT - kerb)),
        door=door,
        window=window,
    )


def _shop(random):
    horizon = float(random.uniform(82, 98))
    picture, draw = _ground(random, horizon, grey=random.uniform(140, 190))
    tile = int(random.integers(18, 30))
    line = tuple(int(value) for value in random.uniform(110, 140, 3))
    for step in range(0, 2 * WIDTH, tile):
        ends = (step - WIDTH / 2, HEIGHT), (WIDTH / 2 + (step - WIDTH) * 0.5, horizon)
        draw.line(ends, line)
    for step in range(1, 9):
        row = horizon + (HEIGHT - horizon) * (step / 9) ** 1.5
        draw.line((0, row, WIDTH, row), fill=line)
    draw.rectangle((0, 0, WIDTH, horizon), fill=_color(random, 120, 200, spread=15))
    goods = []
    for left in (24, 96, 168):
        shift = random.integers(-8, 9)
        goods += _shelf(draw, random, left + shift, horizon)
    door = (292, horizon + 6, 40, 82)
    _opening(draw, door, (95, 120, 140), (230, 230, 225))
    till = (float(random.uniform(240, 275)), float(horizon + random.uniform(70, 95)))
    counter = _color(random, 80, 150)
    draw.rectangle((till[0] - 5, till[1] - 34, till[0] + 50, till[1] + 4), fill=counter)
    draw.rectangle((till[0] + 12, till[1] - 48, till[0] + 28, till[1] - 34), (40, 40, 45))
    return Backdrop(
        kind="shop",
        picture=_textured(picture, random),
        horizon=horizon,
        near=random.uniform(116, 140),
        walkway=(horizon + 26, HEIGHT - 18),
        lanes=(),
        door=door,
        window=(150.0, 38.0, 30, 24),
        goods=tuple(goods),
        till=till,
    )


def _yard(random):
    horizon = float(random.uniform(80, 105))
    picture, draw = _ground(random, horizon, grey=None)
    draw.rectangle((0, 0, WIDTH, horizon), fill=_color(random, 110, 200, spread=20))
    fence = _color(random, 60, 140)
    for left in range(0, WIDTH, int(random.integers(8, 15))):
        draw.rectangle((left, horizon - 42, left + 5, horizon), fill=fence)
    draw.rectangle((0, horizon - 36, WIDTH, horizon - 32), fill=fence)
    house = float(random.uniform(60, 130))
    wall = _color(random, 120, 205, spread=25)
    draw.rectangle((house, 6, house + 130, horizon + 4), fill=wall)
    draw.polygon([(house - 8, 8), (house + 138, 8), (house + 118, -14), (house + 12, -14)])
    path = random.uniform(120, 200)
    far, close = (path, path + 26), (path + 110, path - 70)
    paving = [(x, horizon) for x in far] + [(x, HEIGHT) for x in close]
    draw.polygon(paving, fill=_grey(random, 110, 160))
    door = (house + 92.0, horizon + 4, 30, 66)
    window = (house + 36.0, horizon - 26, 40, 32)
    _opening(draw, door, _color(random, 50, 120), (60, 50, 40))
    _opening(draw, window, (75, 95, 115), (225, 225, 220))
    for _ in range(random.integers(0, 3)):
        _tree(draw, random, horizon + 6)
    return Backdrop(
        kind="yard",
        picture=_textured(picture, random),
        horizon=horizon,
        near=random.uniform(112, 140),
        walkway=(horizon + 18, HEIGHT - 16),
        lanes=(float(HEIGHT - random.uniform(28, 40)),),
        door=door,
        window=window,
    )


def _ground(random, horizon, grey):
    """Draws ground that brightens towards the camera; green without a grey."""
    green = (60, 95, 45), (110, 140, 80)
    ground = np.array([1, 1, 1]) * grey if grey else random.uniform(*green)
    rows = np.linspace(0.8, 1.1, HEIGHT)[:, None, None]
    pixels = np.clip(rows * ground, 0, 255) * np.ones((1, WIDTH, 1))
    sky = random.uniform((120, 140, 160), (190, 205, 225))
    pixels[: int(horizon)] = sky
    picture = Image.fromarray(pixels.astype(np.uint8))
    return picture, ImageDraw.Draw(picture)


def _openings(draw, random, horizon):
    left = float(random.uniform(90, 200))
    door, window = (left, horizon + 2, 28, 62), (left + 48, horizon - 22, 42, 30)
    _opening(draw, door, _color(random, 40, 120), (60, 50, 40))
    _opening(draw, window, (70, 90, 110), (215, 215, 210))
    return door, window


def _opening(draw, place, fill, frame):
    x, y, width, height = place
    box = (x - width / 2, y - height, x + width / 2, y)
    draw.rectangle(box, fill=fill, outline=frame, width=2)


def _shelf(draw, random, left, horizon):
    """Draws a rack of goods and returns where each of the lowest two rows stands."""
    foot = horizon + 14
    draw.rectangle((left, foot - 84, left + 58, foot), fill=_color(random, 90, 150))
    goods = []
    for row in range(4):
        y = foot - 6 - 20 * row
        for column in range(6):
            color = _color(random, 40, 235, spread=90)
            x = left + 4 + 9 * column
            draw.rectangle((x, y - 12, x + 6, y), fill=color)
            if row in (1, 2):
                goods.append((x + 3.0, y, color))
    return goods


def _tree(draw, random, foot):
    x, size = random.uniform(0, WIDTH), random.uniform(16, 30)
    draw.rectangle((x - 3, foot - 2 * size, x + 3, foot), fill=(80, 60, 40))
    green = tuple(int(value) for value in random.uniform((30, 70, 25), (70, 120, 60)))
    draw.ellipse((x - size, foot - 4 * size, x + size, foot - 1.6 * size), fill=green)


def _textured(picture, random):
    """Adds the grain of surfaces, fine and coarse, which stays from frame to frame."""
    fine = random.normal(scale=5, size=(HEIGHT, WIDTH, 1))
    coarse = random.normal(scale=9, size=(HEIGHT // 8, WIDTH // 8))
    coarse = Image.fromarray(coarse.astype(np.float32)).resize((WIDTH, HEIGHT))
    pixels = np.asarray(picture, np.float32) + fine + np.asarray(coarse)[..., None]
    return Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8))


def _color(random, low, high, spread=40):
    base = random.uniform(low, high)
    channels = np.clip(base + random.uniform(-spread, spread, 3), 0, 255)
    return tuple(int(value) for value in channels)


def _grey(random, low, high):
    return (int(random.uniform(low, high)),) * 3
