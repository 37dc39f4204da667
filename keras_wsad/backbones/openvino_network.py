import tempfile

import keras
import numpy as np

from keras_wsad.backbones.keras_network import KerasNetwork
from keras_wsad.errors import ConfigError
from keras_wsad.extras import import_extra

# By default OpenVINO chooses the fastest precision, such as bfloat16 for float32.
_HINTS = {"float32": "f32", "bfloat16": "bf16", "int8": "f32"}


class OpenVINONetwork:
    """A backbone computed by OpenVINO, from pixels.

    In int8, layers that were not quantised compute in float32.

    Args:
        model: `openvino.Model`, from uint8 clips to float32 features, any number of them.
        precision: str. `"float32"`, `"bfloat16"` or `"int8"`, the last for a model that was
            quantised.

    Attributes:
        model: the `openvino.Model`.
        clip_shape: tuple of ints, `(frames, height, width, channels)`.
        feature_dim: int.

    Call arguments:
        clips: uint8 array of shape `(batch, *clip_shape)`. A network is compiled for each
            new batch size.

    Returns:
        A float32 array of shape `(batch, features)`.

    Raises:
        ConfigError: another precision.
        MissingExtraError: OpenVINO is not installed.
    """

    def __init__(self, model, precision):
        if precision not in _HINTS:
            raise ConfigError(
                f"Expected a precision of {tuple(_HINTS)}. Received: {precision!r}"
            )
        self.model = model
        self.precision = precision
        shape = model.input(0).partial_shape
        self.clip_shape = tuple(shape[axis].get_length() for axis in range(1, 5))
        self.feature_dim = model.output(0).partial_shape[1].get_length()
        self._compiled = {}

    @classmethod
    def convert(cls, model, entry, precision="float32", calibration=None):
        """Converts a backbone of Keras.

        Args:
            model: `keras.Model`, from scaled clips to features.
            entry: `BackboneEntry`. How pixels are scaled.
            precision: str. Defaults to `"float32"`.
            calibration: list of uint8 arrays of shape `(batch, *clip_shape)`, by which
                int8 finds the range of each map. Defaults to `None`.

        Raises:
            ConfigError: int8 without calibration, or Keras runs on another backend than
                TensorFlow.
            MissingExtraError: OpenVINO or NNCF is not installed.
        """
        openvino = import_extra("openvino", "openvino")
        if keras.backend.backend() != "tensorflow":
            raise ConfigError(
                "Expected Keras on TensorFlow, from which OpenVINO converts. Found it on "
                f"{keras.backend.backend()}"
            )
        if precision == "int8" and not calibration:
            raise ConfigError("Expected clips to calibrate int8 by. Received: none")
        import tensorflow as tf

        network = KerasNetwork(model, entry)
        clips = tf.TensorSpec((None, *network.clip_shape), tf.uint8)
        module = tf.Module()
        module.owner = network.model.variables
        module.function = tf.function(network.model, [clips], jit_compile=False)
        # A function itself it does not convert on Python 3.13.
        with tempfile.TemporaryDirectory() as folder:
            tf.saved_model.save(module, folder, signatures=module.function)
            converted = openvino.convert_model(folder)
        converted.reshape([-1, *network.clip_shape])
        if precision == "int8":
            converted = _quantize(converted, calibration)
        return cls(converted, precision)

    def __call__(self, clips):
        self.compile(len(clips))
        return np.asarray(self._compiled[len(clips)]([clips])[0])

    def compile(self, batch_size):
        """Compiles the network for a batch size, unless it is compiled already.

        Args:
            batch_size: int.

        Raises:
            ConfigError: OpenVINO does not support the precision on this CPU.
        """
        if batch_size in self._compiled:
            return
        openvino = import_extra("openvino", "openvino")
        model = self.model.clone()
        model.reshape([batch_size, *self.clip_shape])
        hints = {
            "INFERENCE_PRECISION_HINT": _HINTS[self.precision],
            "PERFORMANCE_HINT": "LATENCY",
        }
        try:
            compiled = openvino.Core().compile_model(model, "CPU", hints)
        except RuntimeError as error:
            raise ConfigError(f"OpenVINO cannot compile the network: {error}") from error
        found = compiled.get_property("INFERENCE_PRECISION_HINT").get_type_name()
        # OpenVINO takes another type where the CPU has no units for this one.
        if found != _HINTS[self.precision]:
            raise ConfigError(
                f"Expected a CPU on which OpenVINO computes in {_HINTS[self.precision]} "
                f"for precision {self.precision}. Here it takes {found}"
            )
        self._compiled[batch_size] = compiled


def _quantize(model, calibration):
    nncf = import_extra("nncf", "openvino")
    from nncf.quantization.advanced_parameters import AdvancedQuantizationParameters
    from nncf.quantization.range_estimator import RangeEstimatorParametersSet

    # Slower than NNCF's defaults, once, for an error of 0.06 instead of 0.12 on `compact`.
    return nncf.quantize(
        model,
        nncf.Dataset(calibration),
        subset_size=len(calibration),
        fast_bias_correction=False,
        advanced_parameters=AdvancedQuantizationParameters(
            activations_range_estimator_params=RangeEstimatorParametersSet.HISTOGRAM
        ),
    )
