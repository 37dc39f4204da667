"""What this machine computes with: oneDNN, a GPU, units for bfloat16."""

import os
import pathlib

import keras

from keras_wsad.errors import ConfigError

_CPU_INFO = pathlib.Path("/proc/cpuinfo")
# As Linux calls them on x86 and on ARM.
_UNITS = {"avx512_bf16", "amx_bf16", "bf16"}
# Values of `ONEDNN_MAX_CPU_ISA` under which oneDNN leaves the units alone.
_WITHOUT = ("SSE41", "AVX", "AVX2", "AVX2_VNNI", "AVX512_CORE", "AVX512_CORE_VNNI")


def has_onednn():
    """Returns whether TensorFlow computes with oneDNN: unless the user forbids it."""
    return os.environ.get("TF_ENABLE_ONEDNN_OPTS", "1").lower() not in ("0", "false")


def has_gpu():
    """Returns whether the backend of Keras sees a GPU."""
    if keras.backend.backend() == "torch":
        import torch

        return torch.cuda.is_available()
    try:
        return bool(keras.distribution.list_devices("gpu"))
    except RuntimeError:
        # JAX says so in this way.
        return False


def has_bfloat16():
    """Returns whether there is a GPU, or a processor with units for bfloat16 in use."""
    return _has_units() or has_gpu()


def check_bfloat16(precision):
    """Raises if a precision is bfloat16 and this machine has no units for it.

    There TensorFlow would emulate it, many times slower and with sums rounded to eight
    bits, and OpenVINO would compute in float32 and say nothing.

    Args:
        precision: str or `None`.

    Raises:
        ConfigError: the precision is `"bfloat16"` or `"mixed_bfloat16"`, and there are no
            units.
    """
    if precision in ("bfloat16", "mixed_bfloat16") and not has_bfloat16():
        raise ConfigError(
            "Expected a GPU or a processor with units for bfloat16 (AVX512_BF16, AMX). "
            f"Received: precision={precision!r} on a machine without"
        )


def _has_units():
    if not has_onednn():
        return False
    if os.environ.get("ONEDNN_MAX_CPU_ISA", "").upper() in _WITHOUT:
        return False
    try:
        return not _UNITS.isdisjoint(_CPU_INFO.read_text().split())
    except OSError:
        # Not Linux: nothing is known, and the slower answer is the safe one.
        return False
