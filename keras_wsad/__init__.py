"""Weakly supervised joint video anomaly detection and classification.

Majhi, Das, Bremond, Dash and Sa, FG 2021, in Keras 3.
"""

import importlib
import os

__version__ = "0.1.0"

__all__ = ["__version__", "load"]


# TensorFlow leaves oneDNN off on processors without AVX-512: there a clip of the backbone
# `compact` takes 23 ms with it and 153 ms without (two cores of an AMD EPYC with AVX2). The
# variable is read when TensorFlow is imported, so it is set here, before any module does.
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "1")


def __getattr__(name):
    if name == "load":
        return importlib.import_module("keras_wsad.inference").load
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
