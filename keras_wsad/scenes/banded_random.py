import numpy as np


class BandedRandom:
    """A random generator of which two kinds never give the same number.

    The range of every number is cut into four bands of equal width. One kind draws from the
    first and the third, the other from the second and the fourth. A backdrop or a camera
    that one of them has made thus differs from all that the other makes in every number,
    such as the height of the horizon, the position of a door and the colour of a wall,
    while the ranges of both are nearly the same.

    Args:
        random: `numpy.random.Generator`.
        kind: 0 or 1.

    Example:

    >>> import numpy as np
    >>> random = np.random.default_rng(0)
    >>> values = [BandedRandom(random, kind).uniform(0, 1, 99) for kind in (0, 1)]
    >>> [np.unique((4 * of_kind).astype(int)).tolist() for of_kind in values]
    [[0, 2], [1, 3]]
    """

    def __init__(self, random, kind):
        self.kind = kind
        self._random = random
        # What has no range, and the choice between day and night, is the same for both.
        self.normal = random.normal
        self.random = random.random

    def uniform(self, low, high, size=None):
        """Draws as `numpy.random.Generator.uniform`."""
        low, high = np.asarray(low, float), np.asarray(high, float)
        shape = np.broadcast_shapes(low.shape, high.shape) if size is None else size
        band, within = np.divmod(2 * self._random.random(shape), 1)
        values = low + (high - low) * (2 * band + self.kind + within) / 4
        return values if np.ndim(values) else float(values)

    def integers(self, low, high):
        """Draws one int as `numpy.random.Generator.integers`.

        Of fewer than four numbers there are no bands: both kinds draw from all.
        """
        count = high - low
        values = range(low, high)
        if count >= 4:
            values = [v for v in values if 4 * (v - low) // count % 2 == self.kind]
        return values[int(self._random.integers(len(values)))]
