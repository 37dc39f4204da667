"""Layers with the defaults of PyTorch, with which most heads were published."""

import keras
from keras import ops

# U(-1/sqrt(fan_in), 1/sqrt(fan_in)), of kernels.
_KERNEL = {"scale": 1 / 3, "mode": "fan_in", "distribution": "uniform"}


def dense(units, fan_in, **kwargs):
    """Returns a dense layer as `torch.nn.Linear` begins: kernel and bias uniform.

    Args:
        units: int.
        fan_in: int. Features of its inputs.
        **kwargs: arguments of `keras.layers.Dense`.
    """
    return keras.layers.Dense(units, **{**_initializers(fan_in), **kwargs})


def conv1d(filters, kernel_size, channels, **kwargs):
    """Returns a convolution over time as `torch.nn.Conv1d` begins, `"same"` padded.

    Args:
        filters: int.
        kernel_size: int.
        channels: int. Features of its inputs.
        **kwargs: arguments of `keras.layers.Conv1D`.
    """
    fan_in = channels * kernel_size // kwargs.get("groups", 1)
    defaults = {"padding": "same", **_initializers(fan_in)}
    return keras.layers.Conv1D(filters, kernel_size, **{**defaults, **kwargs})


def layer_norm(**kwargs):
    """Returns a layer normalisation with the epsilon of PyTorch, 1e-5."""
    return keras.layers.LayerNormalization(**{"epsilon": 1e-5, **kwargs})


def batch_norm(**kwargs):
    """Returns a batch normalisation with epsilon and momentum of PyTorch, 1e-5 and .9.

    Its running variance is the biased one, where PyTorch has the unbiased: a factor of
    `1 - 1 / (batch segments)`.
    """
    return keras.layers.BatchNormalization(**{"epsilon": 1e-5, "momentum": 0.9, **kwargs})


def _initializers(fan_in):
    limit = fan_in**-0.5
    return {
        "kernel_initializer": keras.initializers.VarianceScaling(**_KERNEL),
        "bias_initializer": keras.initializers.RandomUniform(-limit, limit),
    }


def unit_vectors(x):
    """Returns vectors scaled to unit norm, with a finite gradient where they are zero."""
    squares = ops.sum(ops.square(x), axis=-1, keepdims=True)
    return x * ops.rsqrt(ops.maximum(squares, 1e-12))
