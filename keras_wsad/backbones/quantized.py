"""Backbones in int8, as folders that every later extraction and prediction reads.

What int8 gives depends on the clips that it was calibrated by. So it is made once, by
`keras-wsad quantize`, and features are known by the very folder.
"""

import hashlib
import pathlib

import numpy as np

from keras_wsad.backbones.openvino_network import OpenVINONetwork
from keras_wsad.errors import WeightsError
from keras_wsad.extras import import_extra
from keras_wsad.files import atomic_path
from keras_wsad.files import read_json
from keras_wsad.files import write_json

SUFFIX = ".openvino"
_FILES = ("about.json", "model.bin", "model.xml")


def is_quantized(weights):
    """Whether weights are a backbone in int8, by the name."""
    return weights is not None and pathlib.Path(weights).suffix == SUFFIX


def write_quantized(network, path, about):
    """Writes a quantised network, atomically.

    Args:
        network: `OpenVINONetwork` in int8.
        path: str or path. A folder whose name ends in `.openvino`.
        about: dict for JSON with `backbone` and `weights`, what was quantised.
    """
    openvino = import_extra("openvino", "openvino")
    with atomic_path(path) as folder:
        folder.mkdir()
        openvino.save_model(network.model, folder / "model.xml", compress_to_fp16=False)
        write_json(folder / "about.json", about)


def read_quantized(path, backbone):
    """Reads a network that `write_quantized` wrote.

    Args:
        path: str or path. The folder.
        backbone: str. The expected backbone.

    Returns:
        An `OpenVINONetwork`, what identifies it, `sha256:...`, and the dict `about` it.

    Raises:
        WeightsError: the folder is absent, incomplete, or of another backbone.
        MissingExtraError: OpenVINO is not installed.
    """
    path = pathlib.Path(path)
    openvino = import_extra("openvino", "openvino")
    try:
        contents = [(path / name).read_bytes() for name in _FILES]
        about = read_json(path / _FILES[0])
        found = about["backbone"]
        model = openvino.Core().read_model(path / "model.xml")
    except (OSError, ValueError, KeyError, TypeError, RuntimeError) as error:
        raise WeightsError(
            f"{path}: expected a folder that `keras-wsad quantize` wrote ({error})."
        ) from error
    if found != backbone:
        raise WeightsError(f"{path}: expected weights of {backbone}. Found {found}")
    digest = hashlib.sha256()
    for content in contents:
        # Hashed per file, so that no content can move between files.
        digest.update(hashlib.sha256(content).digest())
    return OpenVINONetwork(model, "int8"), f"sha256:{digest.hexdigest()}", about


def relative_error(features, expected):
    """Returns `|features - expected| / |expected|`, Euclidean norms over all clips.

    Args:
        features: array.
        expected: array of the same shape.

    Example:

    >>> round(relative_error(np.array([3.0, 4.4]), np.array([3.0, 4.0])), 6)
    0.08
    """
    return float(np.linalg.norm(features - expected) / np.linalg.norm(expected))
