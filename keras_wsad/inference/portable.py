"""Layers in a form that other runtimes know, while a model is exported.

Weights are shared with the model, and results differ by rounding.
"""

import contextlib

import keras
from keras import ops

from keras_wsad.errors import ExportError
from keras_wsad.layers import LSTM


@contextlib.contextmanager
def portable(model, unroll=False):
    """Changes the layers of a model while it is traced, and changes them back.

    The LSTM runs Keras's own loop, which exporters turn into one operation, and never
    cuDNN's kernel, which they do not know. Unrolled, it is a step a segment, for runtimes
    without loops; pooling in three dimensions is then done by planes, which such runtimes
    do not know either.

    Args:
        model: `keras.Model`.
        unroll: bool. Defaults to `False`.
    """
    pooling = (keras.layers.MaxPooling3D, keras.layers.AveragePooling3D)
    with contextlib.ExitStack() as changes:
        for layer in _layers_of(model):
            if isinstance(layer, LSTM):
                _set(changes, layer, "use_cudnn", False)
                _set(changes, layer, "unroll", unroll)
                changes.callback(delattr, layer, "_is_plain")
                layer._is_plain = lambda *_: False
            elif unroll and isinstance(layer, pooling):
                layer.call = _by_planes(layer)
                changes.callback(delattr, layer, "call")
        yield


def _layers_of(model):
    for layer in model.layers:
        if isinstance(layer, keras.Model):
            yield from _layers_of(layer)
        else:
            yield layer


def _set(changes, layer, name, value):
    changes.callback(setattr, layer, name, getattr(layer, name))
    setattr(layer, name, value)


def _by_planes(layer):
    """Returns a pooling of space and time as one of space and then one of time."""
    is_max = isinstance(layer, keras.layers.MaxPooling3D)
    # The average of averages is that of all only where nothing is padded.
    if not is_max and layer.padding != "valid":
        raise ExportError(
            f"Expected an average without padding. {layer.name} has {layer.padding!r}"
        )
    pool = ops.max_pool if is_max else ops.average_pool
    size, strides, padding = layer.pool_size, layer.strides, layer.padding

    def call(inputs):
        frames, height, width, channels = inputs.shape[1:]
        x = ops.reshape(inputs, (-1, height, width, channels))
        x = pool(x, size[1:], strides[1:], padding)
        height, width = x.shape[1:3]
        x = ops.reshape(x, (-1, frames, height * width, channels))
        x = pool(x, (size[0], 1), (strides[0], 1), padding)
        return ops.reshape(x, (-1, x.shape[1], height, width, channels))

    return call
