"""A backbone without its batch normalisations, for inference."""

import collections

import keras
import numpy as np

from keras_wsad.backbones.blocked_conv3d import BlockedConv3D
from keras_wsad.backbones.shifted_max_pooling3d import ShiftedMaxPooling3D
from keras_wsad.errors import ConfigError
from keras_wsad.hardware import has_gpu
from keras_wsad.hardware import has_onednn

PRECISIONS = ("float32", "bfloat16")


def fold_batch_norms(model, precision="float32"):
    """Returns a backbone whose batch normalisations are folded into its convolutions.

    At inference `(x * W - mean) s + beta`, with `s = gamma / sqrt(variance + epsilon)`, is
    the convolution `x * (W s) + (beta - mean s)`. The outputs are the same but for
    rounding; a rectifier that follows becomes the convolution's own. The two networks
    share no variable.

    Args:
        model: functional `keras.Model`, such as `I3D`. It is left as it is.
        precision: str. `"float32"` or `"bfloat16"`: of weights and maps up to the last
            convolution or dense layer. What follows, and the average of a map, is in
            float32. Defaults to `"float32"`.

    Returns:
        A `keras.Model` from the same inputs to float32 outputs.

    Raises:
        ConfigError: another precision.

    Example:

    >>> from keras_wsad.backbones import I3D
    >>> model = I3D(clip_shape=(16, 32, 32, 3), width=0.125)
    >>> len(model.weights), len(fold_batch_norms(model).weights)
    (228, 114)
    """
    if precision not in PRECISIONS:
        raise ConfigError(f"Expected a precision of {PRECISIONS}. Received: {precision!r}")
    norms, rectifiers = _find_norms(model)
    dropped = {layer.name for layer in [*norms.values(), *rectifiers.values()]}
    rounded = set() if precision == "float32" else _up_to_the_last_product(model)
    kind_of = type if has_onednn() or has_gpu() else _kind_without_onednn

    def clone(layer):
        config = layer.get_config()
        config["dtype"] = precision if layer.name in rounded else "float32"
        if "kernel_initializer" in config:
            # No random draw, so that the caller's Keras seed is unaffected.
            config["kernel_initializer"] = "zeros"
        if layer.name in norms:
            config["use_bias"] = True
        if layer.name in rectifiers:
            config["activation"] = "relu"
        return kind_of(layer).from_config(config)

    def call(layer, *inputs, **settings):
        if layer.name in dropped:
            return inputs[0]
        return layer(*inputs, **settings)

    folded = keras.models.clone_model(model, clone_function=clone, call_function=call)
    for layer in folded.layers:
        if layer.weights:
            values = model.get_layer(layer.name).get_weights()
            if layer.name in norms:
                values = _fold(values, norms[layer.name])
            layer.set_weights(values)
    # A dense layer at the end has rounded its outputs.
    widen = keras.layers.Identity(dtype="float32", name="float32")
    return keras.Model(folded.inputs, widen(folded.output), name=model.name)


def _find_norms(model):
    """Finds the batch normalisations that can be folded.

    Returns:
        A dict from the name of a convolution to the batch normalisation after it, and one
        to the rectifier after that, where there is one.
    """
    makers = {id(layer.output): layer for layer in model.layers}
    uses = collections.Counter(
        id(tensor)
        for layer in model.layers
        if not isinstance(layer, keras.layers.InputLayer)
        for tensor in keras.tree.flatten(layer.input)
    )

    def after(kind, names):
        """Maps each layer's name to its only consumer, if that is of a given kind."""
        return {
            makers[id(layer.input)].name: layer
            for layer in model.layers
            if isinstance(layer, kind)
            and uses[id(layer.input)] == 1
            and makers[id(layer.input)].name in names
        }

    linear = {
        layer.name
        for layer in model.layers
        if isinstance(layer, keras.layers.Conv3D)
        and layer.activation is keras.activations.linear
    }
    norms = after(keras.layers.BatchNormalization, linear)
    relus = after(keras.layers.ReLU, {norm.name for norm in norms.values()})
    rectifiers = {
        name: relus[norm.name] for name, norm in norms.items() if norm.name in relus
    }
    return norms, rectifiers


def _kind_without_onednn(layer):
    """Returns the class that computes a layer, the faster one without oneDNN."""
    kind, strides = type(layer), getattr(layer, "strides", None)
    if getattr(layer, "padding", None) != "same":
        return kind
    if kind is keras.layers.MaxPooling3D and strides == (1, 1, 1):
        return ShiftedMaxPooling3D
    if kind is keras.layers.Conv3D and strides == (2, 2, 2) and layer.input.shape[-1] == 3:
        return BlockedConv3D
    return kind


def _up_to_the_last_product(model):
    """Returns the names of the layers up to the last that multiplies by weights.

    Averages are excluded: they sum many numbers, and are cheap.
    """
    kinds = (keras.layers.Conv3D, keras.layers.Dense)
    last = max(n for n, layer in enumerate(model.layers) if isinstance(layer, kinds))
    return {
        layer.name
        for layer in model.layers[: last + 1]
        if not isinstance(layer, keras.layers.AveragePooling3D)
    }


def _fold(values, norm):
    """Returns kernel and bias of a convolution with the batch normalisation after it."""
    kernel, bias = values if len(values) == 2 else (*values, 0.0)
    scale = 1 / np.sqrt(norm.moving_variance.numpy() + norm.epsilon)
    if norm.scale:
        scale *= norm.gamma.numpy()
    shift = -norm.moving_mean.numpy() * scale
    if norm.center:
        shift += norm.beta.numpy()
    return [kernel * scale, bias * scale + shift]
