"""Opening `.keras` files, which may come from anybody."""

import json
import zipfile

import h5py
import keras
import numpy as np

from keras_wsad.arrays import check_zip
from keras_wsad.arrays import h5_dataset
from keras_wsad.arrays import open_h5
from keras_wsad.errors import DataError
from keras_wsad.errors import RunError

# Numbers in a configuration that are no sizes.
_NO_SIZES = ("seed", "shared_object_id")
# Bytes of the configuration of a model, and numbers of a variable that it may declare
# whatever the file stores.
_MOST_CONFIG = 2**22
_ALWAYS_BUILT = 2**24


def load_keras_file(path):
    """Opens a `.keras` file, after a look at what it declares.

    No code in it is run: Keras's safe mode is on.

    Args:
        path: path.

    Returns:
        A `keras.Model`, not compiled.

    Raises:
        RunError: it is damaged or of another kind, declares more than it stores, or has
            weights that are NaN or infinite.
    """
    try:
        _check_content(path)
        model = keras.saving.load_model(path, compile=False, safe_mode=True)
    except Exception as error:
        # A damaged file may raise anything.
        reason = " ".join(str(error).split())[:300]
        raise RunError(f"{path}: not a model of keras_wsad ({reason}).") from error
    for variable in model.variables:
        if not np.isfinite(keras.ops.convert_to_numpy(variable)).all():
            raise RunError(f"{path}: expected finite weights. Found NaN in {variable.path}")
    return model


def _check_content(path):
    check_zip(path)
    with zipfile.ZipFile(path) as archive:
        if archive.getinfo("config.json").file_size > _MOST_CONFIG:
            raise DataError(f"expected a configuration of at most {_MOST_CONFIG} bytes")
        config = json.loads(archive.read("config.json"))
        weights = archive.read("model.weights.h5")
    with open_h5(weights) as file:
        stored = _count_numbers(file)
    # A layer is built before its weights are read: two sizes of it make a kernel.
    largest = sorted(_sizes(config))[-2:]
    if int(np.prod(largest, dtype=object)) > max(stored, _ALWAYS_BUILT):
        raise DataError(f"declares sizes {largest}, but stores {stored} numbers")


def _count_numbers(file):
    numbers = []

    def visit(name, item):
        if isinstance(item, h5py.Dataset):
            numbers.append(h5_dataset(item.parent, name.rpartition("/")[2]).size)

    file.visititems(visit)
    return sum(numbers)


def _sizes(content):
    """Yields the whole numbers in a configuration that may be sizes of a layer."""
    if isinstance(content, dict):
        content = [value for key, value in content.items() if key not in _NO_SIZES]
    if isinstance(content, list):
        for value in content:
            yield from _sizes(value)
    elif type(content) is int:
        yield abs(content)
