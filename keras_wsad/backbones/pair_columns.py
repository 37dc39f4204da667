"""A first convolution on pairs of columns: the same sums, on as many channels again.

Matrix units take channels by the dozen, and a picture has three. Where a convolution moves
by two columns, two neighbours can as well be one column of twice the channels, over which
it moves by one; a kernel of 7 columns becomes one of 4 pairs, the last half of zeros.
"""

import keras
import numpy as np

_FEW = 4


def can_pair_columns(layer):
    """Whether a layer is a convolution of few channels that moves by two columns."""
    return (
        isinstance(layer, keras.layers.Conv3D)
        and layer.input.shape[-1] <= _FEW
        and layer.strides[2] == 2
        and layer.groups == 1
        and tuple(layer.dilation_rate) == (1, 1, 1)
        and layer.data_format == "channels_last"
        # Columns that no window takes would have to be cut off.
        and _pads(layer)[2][1] >= 0
    )


def paired_settings(layer):
    """Returns the settings of the convolution on pairs of columns in place of `layer`."""
    return {
        "kernel_size": (*layer.kernel_size[:2], _pairs(layer)),
        "strides": (*layer.strides[:2], 1),
        "padding": "valid",
    }


def pair_columns(clips, layer):
    """Pads clips as a convolution does, and makes two columns one of twice the channels.

    Args:
        clips: tensor of shape `(batch, frames, height, width, channels)`.
        layer: `keras.layers.Conv3D`, the one that takes clips as they are.

    Returns:
        A tensor of shape `(batch, frames, height, pairs, 2 * channels)`, frames and rows
        with their padding.
    """
    clips = keras.layers.ZeroPadding3D(
        _pads(layer), dtype=clips.dtype, name=f"{layer.name}_padded"
    )(clips)
    *size, width, channels = clips.shape[1:]
    return keras.layers.Reshape(
        (*size, width // 2, 2 * channels), dtype=clips.dtype, name=f"{layer.name}_paired"
    )(clips)


def pair_kernel(kernel):
    """Returns the kernel for pairs of columns that gives the same sums."""
    kernel = np.pad(kernel, [(0, 0), (0, 0), (0, kernel.shape[2] % 2), (0, 0), (0, 0)])
    *size, columns, channels, filters = kernel.shape
    return kernel.reshape(*size, columns // 2, 2 * channels, filters)


def _pads(layer):
    """Returns the places before and after, of time, height and width."""
    pads = []
    for axis, length in enumerate(layer.input.shape[1:4]):
        kernel, stride = layer.kernel_size[axis], layer.strides[axis]
        missing = 0
        if layer.padding == "same":
            missing = max((-(-length // stride) - 1) * stride + kernel - length, 0)
        pads.append((missing // 2, missing - missing // 2))
    # The last window ends with a pair.
    before, _ = pads[2]
    end = 2 * (layer.output.shape[3] - 1 + _pairs(layer))
    return [*pads[:2], (before, end - layer.input.shape[3] - before)]


def _pairs(layer):
    return -(-layer.kernel_size[2] // 2)
