import hashlib
import math
import pathlib
import threading

import keras
import numpy as np

from keras_wsad.backbones.keras_network import KerasNetwork
from keras_wsad.backbones.openvino_network import OpenVINONetwork
from keras_wsad.backbones.quantized import is_quantized
from keras_wsad.backbones.quantized import read_quantized
from keras_wsad.backbones.registry import find_backbone
from keras_wsad.errors import ConfigError
from keras_wsad.hardware import check_bfloat16

# Largest clip, in numbers, for which two calls compute at a time: while one is in a step on
# a single core, the other uses the rest. Larger clips keep all cores busy anyway, and each
# call takes the memory of a batch.
_SMALL_CLIP = 16 * 112 * 112 * 3
# Clips in a batch, which is more than any memory takes.
_MOST_CLIPS = 10**4


class OpenBackbone:
    """A backbone with its weights, which takes uint8 clips as cut from a video.

    Open one with `open_backbone`. It may be called from several threads; `calls` of them
    compute at a time.

    Batches are padded to one size, so that the network is compiled once. The same clips in
    the same batches have the same features to the bit; among other clips, or in batches of
    another size, they may differ by rounding, since some processors then add in another
    order.

    Args:
        name: str. A key of `BACKBONES`.
        model: `keras.Model`, from clips to features, or for int8 an `OpenVINONetwork`.
        weights: str. What identifies the weights, `sha256:...` or `random:SEED`.
        batch_size: int or `None`. Clips per batch. Defaults to `None`, for the backbone's
            own default.
        precision: str. `"float32"`, or `"bfloat16"`, which rounds weights and maps to
            eight significant bits and needs a GPU or a CPU with units for it, such as AMX.
            Defaults to `"float32"`. That of an `OpenVINONetwork` is its own.
        runtime: str or `None`. `"openvino"`, or the backend of Keras in use. Defaults to
            `None`, for that backend.
        quantized_from: str or `None`. For int8, what identifies the weights that were
            quantised. Defaults to `None`.

    Call arguments:
        clips: uint8 array of shape `(clips, length, size, size, 3)`, any number of them.

    Returns:
        A float32 array of shape `(clips, features)`.
    """

    def __init__(
        self,
        name,
        model,
        weights,
        batch_size=None,
        precision="float32",
        runtime=None,
        quantized_from=None,
    ):
        entry = find_backbone(name)
        batch_size = entry.batch_size if batch_size is None else batch_size
        if not 1 <= batch_size < _MOST_CLIPS:
            raise ConfigError(
                f"Expected 1 <= batch_size < {_MOST_CLIPS}. Received: {batch_size}"
            )
        self.name = name
        self.model = model
        self.weights = weights
        self.quantized_from = quantized_from
        self._network = _network(model, entry, precision, runtime)
        openvino = isinstance(self._network, OpenVINONetwork)
        self.runtime = "openvino" if openvino else keras.backend.backend()
        self.precision = self._network.precision
        self.clip_length, self.size = self._network.clip_shape[:2]
        self.feature_dim = self._network.feature_dim
        # With a single clip a dense layer would be a matrix-vector product, which rounds
        # differently from a matrix product.
        self.batch_size = max(batch_size, 2)
        if openvino:
            # Fails on an unsuited CPU before any video is decoded.
            self._network.compile(self.batch_size)
        # OpenVINO has one input buffer per network.
        small = math.prod(self._network.clip_shape) <= _SMALL_CLIP and not openvino
        self.calls = 2 if small else 1
        self._turn = threading.BoundedSemaphore(self.calls)

    def __call__(self, clips):
        features = np.empty((len(clips), self.feature_dim), np.float32)
        for start in range(0, len(clips), self.batch_size):
            batch = np.asarray(clips[start : start + self.batch_size])
            missing = [(0, self.batch_size - len(batch))] + [(0, 0)] * (batch.ndim - 1)
            with self._turn:
                outputs = self._network(np.pad(batch, missing))
            features[start : start + len(batch)] = outputs[: len(batch)]
        return features


def open_backbone(
    name, weights=None, seed=0, batch_size=None, precision=None, runtime=None
):
    """Builds a backbone and reads its weights.

    Args:
        name: `"i3d"`, `"c3d"`, `"r3d34"` or `"compact"`.
        weights: str or path, or `None`. A file that `load_weights` reads, a folder that
            `keras-wsad quantize` wrote, or `"random"`. Defaults to `None`, for the weights
            that come with the package, or else random ones.
        seed: int. Of random weights; it seeds Keras, as `keras.utils.set_random_seed`
            does. Defaults to `0`.
        batch_size: int or `None`, see `OpenBackbone`. Defaults to `None`.
        precision: str or `None`. `"float32"`, `"bfloat16"`, or `"int8"`, which needs
            weights in int8. Defaults to `None`, for int8 if the weights are and else
            float32.
        runtime: str or `None`, see `OpenBackbone`. Weights in int8 are for OpenVINO.
            Defaults to `None`.

    Returns:
        An `OpenBackbone`.

    Raises:
        ConfigError: the backbone, precision or runtime is unknown or does not match the
            weights, the machine has no units for bfloat16, or the seed is out of range.
        WeightsError: the weights cannot be read.
        MissingExtraError: OpenVINO is requested and not installed.
    """
    entry = find_backbone(name)
    if not 0 <= seed < 2**32:
        raise ConfigError(f"Expected 0 <= seed < 2**32. Received: {seed}")
    weights = weights or entry.default_weights or "random"
    _check_consistent(weights, precision, runtime)
    check_bfloat16(precision)
    if is_quantized(weights):
        network, identity, about = read_quantized(weights, name)
        return OpenBackbone(
            name, network, identity, batch_size, quantized_from=about["weights"]
        )
    if weights == "random":
        keras.utils.set_random_seed(seed)
        model, identity = entry.build(weights=None), f"random:{seed}"
    else:
        model, identity = entry.build(weights), weights_identity(weights)
    return OpenBackbone(name, model, identity, batch_size, precision or "float32", runtime)


def _network(model, entry, precision, runtime):
    backend = keras.backend.backend()
    if isinstance(model, OpenVINONetwork):
        return model
    if runtime == "openvino":
        return OpenVINONetwork.convert(model, entry, precision)
    if runtime not in (None, backend):
        raise ConfigError(
            f"Expected a runtime of openvino or {backend}, which Keras is set to run on. "
            f"Received: {runtime!r}"
        )
    return KerasNetwork(model, entry, precision)


def _check_consistent(weights, precision, runtime):
    """Raises if weights do not match precision and runtime; int8 needs OpenVINO."""
    if is_quantized(weights):
        wrong = precision not in (None, "int8") or runtime not in (None, "openvino")
        expected = "precision int8 and runtime openvino for weights in int8"
    else:
        wrong = precision == "int8"
        expected = "weights in int8, a folder that `keras-wsad quantize` wrote"
    if wrong:
        raise ConfigError(
            f"Expected {expected}. Received: {weights}, {precision}, {runtime}"
        )


def weights_identity(weights):
    """Identifies weights by the content of their files, wherever those are.

    Args:
        weights: str or path.

    Returns:
        `"sha256:..."`, as the `weights` of an `OpenBackbone`.
    """
    path = pathlib.Path(weights)
    prefix = path.with_suffix("") if path.suffix == ".index" else path
    # A TensorFlow checkpoint is an index and one or more data files.
    parts = (f"{prefix.name}.index", f"{prefix.name}.data-")
    files = [file for file in prefix.parent.iterdir() if file.name.startswith(parts)]
    digest = hashlib.sha256()
    for file in sorted(files) or [path]:
        with open(file, "rb") as content:
            while block := content.read(1 << 20):
                digest.update(block)
    return f"sha256:{digest.hexdigest()}"
