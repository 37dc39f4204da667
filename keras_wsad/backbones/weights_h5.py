"""Weights as Keras 3 saves them, `.weights.h5`, read by the names of layers.

Keras itself finds the variables of such a file by the order of the layers and skips those
that do not fit. Here they are found by name, as in any published file.
"""

import numpy as np

from keras_wsad.arrays import h5_dataset
from keras_wsad.arrays import open_h5
from keras_wsad.errors import WeightsError

# Variables are numbered; their count tells the kind of layer.
_KINDS = {
    1: ("kernel",),
    2: ("kernel", "bias"),
    3: ("beta", "moving_mean", "moving_variance"),
    4: ("gamma", "beta", "moving_mean", "moving_variance"),
}


def read_weights_h5(path):
    """Reads a file that `save_weights` of a backbone wrote.

    Args:
        path: path. A `.weights.h5` file.

    Returns:
        A dict from name, such as `conv1a/kernel`, to array.

    Raises:
        WeightsError: the file is damaged or of another kind.
    """
    import h5py

    arrays = {}

    def visit(name, item):
        if isinstance(item, h5py.Group) and name.endswith("/vars") and len(item):
            layer = item.attrs.get("name", name)
            numbers = sorted(item, key=int)
            for kind, number in zip(_KINDS[len(numbers)], numbers, strict=True):
                arrays[f"{layer}/{kind}"] = np.asarray(h5_dataset(item, number))

    try:
        with open_h5(path) as file:
            file.visititems(visit)
    except (OSError, RuntimeError, KeyError, ValueError, TypeError, MemoryError) as error:
        raise WeightsError(f"{path}: not an h5 file of weights ({error}).") from error
    return arrays


def own_name(variable_path):
    """Returns the name of a backbone's variable in such a file.

    Example:

    >>> own_name("i3d/Conv3d_1a_7x7_conv_3d/kernel")
    'Conv3d_1a_7x7_conv_3d/kernel'
    """
    return "/".join(variable_path.split("/")[-2:])
