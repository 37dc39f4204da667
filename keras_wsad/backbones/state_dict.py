"""State dicts of PyTorch: tensors by name, without executing pickled code."""

import zipfile

from keras_wsad.arrays import check_expansion
from keras_wsad.arrays import check_zip
from keras_wsad.backbones.weights import WeightsFile
from keras_wsad.errors import WeightsError
from keras_wsad.extras import import_extra

SUFFIXES = (".pt", ".pth", ".pickle")

# Names of a layer's variables in the published files.
_KINDS = {
    "kernel": "weight",
    "gamma": "weight",
    "beta": "bias",
    "moving_mean": "running_mean",
    "moving_variance": "running_var",
}


def read_state_dict(path):
    """Reads a state dict, or a checkpoint that holds one under `state_dict`.

    Args:
        path: path. A `.pt`, `.pth` or `.pickle` file.

    Returns:
        A dict from name to array, names without the `module.` of a parallel model.

    Raises:
        WeightsError: the file holds more than tensors.
        MissingExtraError: PyTorch is not installed.
    """
    torch = import_extra("torch", "torch")
    try:
        if zipfile.is_zipfile(path):
            check_zip(path)
        state = torch.load(path, map_location="cpu", weights_only=True)
        state = state.get("state_dict", state)
        # A tensor may repeat a single number a billion times.
        declared = sum(item.numel() * item.element_size() for item in state.values())
        check_expansion(declared, path.stat().st_size)
        return {name.removeprefix("module."): item.numpy() for name, item in state.items()}
    except Exception as error:
        # A damaged or hostile file may raise anything.
        raise WeightsError(f"{path}: not a state dict of tensors ({error}).") from error


def read_network(path, network, name_of, heads):
    """Reads the published weights of a network that keeps the layout of PyTorch.

    Args:
        path: path. A `.pt`, `.pth` or `.pickle` file.
        network: str. What the network is called, for messages.
        name_of: function from the path of a variable to its name in the file.
        heads: tuple of str. What the names of a head begin with.

    Returns:
        A `WeightsFile`.

    Raises:
        WeightsError: the file is of another kind, or as `read_state_dict`.
    """
    if path.suffix not in SUFFIXES:
        raise WeightsError(
            f"{path}: expected a state dict of PyTorch or a .weights.h5 file for {network}."
        )
    arrays = {
        name: channels_last(item)
        for name, item in read_state_dict(path).items()
        if not name.endswith("num_batches_tracked")
    }
    return WeightsFile(
        path=path, kind="PyTorch", arrays=arrays, name_of=name_of, heads=heads
    )


def c3d_name(variable_path):
    """Returns what DavideA/c3d-pytorch calls a variable of `C3D`.

    Example:

    >>> c3d_name("conv1a/kernel"), c3d_name("conv3b/bias"), c3d_name("fc6/kernel")
    ('conv1.weight', 'conv3b.bias', 'fc6.weight')
    """
    layer, kind = variable_path.split("/")[-2:]
    # A group of one convolution has no letter.
    layer = {"conv1a": "conv1", "conv2a": "conv2"}.get(layer, layer)
    return f"{layer}.{_KINDS.get(kind, kind)}"


def resnet_name(variable_path):
    """Returns what kenshohara/3D-ResNets-PyTorch calls a variable of `ResNet3D34`.

    Example:

    >>> resnet_name("layer2_0_conv1/kernel"), resnet_name("bn1/moving_mean")
    ('layer2.0.conv1.weight', 'bn1.running_mean')
    """
    layer, kind = variable_path.split("/")[-2:]
    return f"{layer.replace('_', '.')}.{_KINDS.get(kind, kind)}"


def channels_last(array):
    """Turns a kernel of PyTorch into one of Keras; other arrays stay."""
    if array.ndim == 5:
        return array.transpose(2, 3, 4, 1, 0)
    return array.T if array.ndim == 2 else array
