from keras_wsad.baselines.learned_arrays import load_arrays
from keras_wsad.baselines.learned_arrays import save_arrays
from keras_wsad.baselines.system import System


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
        save_arrays(path, self.learned)

    def load(self, path):
        self.learned = load_arrays(path, self.arrays)
