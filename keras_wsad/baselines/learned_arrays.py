"""Saves what a learner has learned as plain arrays."""

import pathlib

import numpy as np

from keras_wsad.arrays import read_npz
from keras_wsad.errors import RunError

_NAME = "learned.npz"


def save_arrays(folder, arrays):
    """Writes arrays into a folder.

    Args:
        folder: path. Made if it does not exist.
        arrays: dict from name to array.
    """
    folder = pathlib.Path(folder)
    folder.mkdir(exist_ok=True)
    np.savez(folder / _NAME, **arrays)


def load_arrays(folder, names):
    """Reads arrays that `save_arrays` wrote.

    Args:
        folder: path.
        names: list of str, the arrays that must be there.

    Returns:
        A dict from name to array.

    Raises:
        RunError: the file is absent, damaged, or of another system.
    """
    path = pathlib.Path(folder, _NAME)
    try:
        content = read_npz(path)
        return {name: content[name] for name in names}
    except (OSError, ValueError, KeyError) as error:
        raise RunError(
            f"{path}: expected the arrays {', '.join(names)}. Found a file that is absent, "
            f"damaged or of another system ({error})."
        ) from error
