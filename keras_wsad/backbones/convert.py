"""Conversion of published weights, in any format, to a file of this project."""

import dataclasses
import hashlib

from keras_wsad.backbones.c3d import C3D
from keras_wsad.backbones.i3d import HEAD_BIAS
from keras_wsad.backbones.i3d import I3D
from keras_wsad.backbones.resnet3d import ResNet3D34
from keras_wsad.backbones.weights import assign_weights
from keras_wsad.backbones.weights import read_weights
from keras_wsad.errors import ConfigError
from keras_wsad.files import atomic_path

NETWORKS = {"i3d": I3D, "c3d": C3D, "r3d34": ResNet3D34}


@dataclasses.dataclass(frozen=True, kw_only=True)
class ReadWeights:
    """A backbone with the weights of a file, and a report on that file.

    Attributes:
        model: the backbone, with its head where the file has one.
        kind: str. What wrote the file.
        left_out: list of str. Variables of a head that the backbone does not have.
    """

    model: object
    kind: str
    left_out: list


def read_backbone(path, backbone, **settings):
    """Builds a backbone and reads a file of published weights into it.

    Args:
        path: str or path. A file that `keras_wsad.backbones.load_weights` reads.
        backbone: str. `"i3d"`, `"c3d"` or `"r3d34"`. An `I3D` gets the head of the file,
            where it has one.
        **settings: arguments of the backbone, such as `clip_shape`.

    Returns:
        `ReadWeights`.

    Raises:
        ConfigError: another backbone.
        WeightsError: as `load_weights`.
    """
    if backbone not in NETWORKS:
        raise ConfigError(f"Expected a backbone of {list(NETWORKS)}. Received: {backbone}")
    network = NETWORKS[backbone]
    file = read_weights(network, path)
    if network is I3D:
        settings = {"num_classes": file.num_classes(HEAD_BIAS), **settings}
    # The name is in the file that is written: a second network of a kind has another.
    model = network(name=backbone, **settings)
    assign_weights(model, file)
    used = {file.name_of(weight.path) for weight in model.weights}
    return ReadWeights(
        model=model, kind=file.kind, left_out=sorted(file.arrays.keys() - used)
    )


def write_backbone(model, path):
    """Writes the weights of a backbone as `.weights.h5`, atomically.

    Args:
        model: a backbone.
        path: str or path. Its name ends in `.weights.h5`.

    Returns:
        str, the file's SHA-256.

    Raises:
        ConfigError: another suffix.
    """
    if not str(path).endswith(".weights.h5"):
        raise ConfigError(f"Expected a file whose name ends in .weights.h5. Found {path}")
    with atomic_path(path) as temporary:
        model.save_weights(temporary)
        with open(temporary, "rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
