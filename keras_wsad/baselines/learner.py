import pathlib

import numpy as np

from keras_wsad.arrays import read_npz
from keras_wsad.baselines.system import System
from keras_wsad.errors import RunError

_FILE = "learned.npz"


class Learner(System):
    """A system with a fit of its own, whose knowledge is a few arrays.

    Attributes:
        arrays: tuple of the names of these arrays.
        learned: dict from name to array.
    """

    arrays = ()

    def __init__(self, config):
        super().__init__(config)
        self.learned = {}

    def save(self, path):
        path = pathlib.Path(path)
        path.mkdir(exist_ok=True)
        np.savez(path / _FILE, **self.learned)

    def load(self, path):
        path = pathlib.Path(path, _FILE)
        try:
            content = read_npz(path)
            self.learned = {name: content[name] for name in self.arrays}
        except (OSError, ValueError, KeyError) as error:
            raise RunError(
                f"{path}: expected the arrays {', '.join(self.arrays)}. Found a file that "
                f"is absent, damaged or of another system ({error})."
            ) from error
