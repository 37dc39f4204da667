"""The joint model of the package, with its own or another LSTM."""

import unittest.mock

import keras

from benchmarks.joint_case import CLASS_COUNTS
from benchmarks.joint_case import make_weights
from keras_wsad.baselines.proposed import Proposed
from keras_wsad.config import ExperimentConfig
from keras_wsad.layers import LSTM

#: LSTM layers to choose from.
RECURRENT = {"package": LSTM, "keras": keras.layers.LSTM}


def build_joint(num_segments, feature_dim, lstm_units, *, lstm="package", dropout=0.6):
    """Builds the joint model with the settings of the paper and random weights.

    Args:
        num_segments: int.
        feature_dim: int.
        lstm_units: int.
        lstm: str. A key of `RECURRENT`. Defaults to `"package"`.
        dropout: float. Defaults to `0.6`.

    Returns:
        A compiled `keras.Model` with the global precision policy.
    """
    proposed = Proposed(
        ExperimentConfig(num_segments=num_segments, lstm_units=lstm_units, dropout=dropout)
    )
    with unittest.mock.patch("keras_wsad.models.joint.LSTM", RECURRENT[lstm]):
        model = proposed.build(feature_dim)
    for name, weights in make_weights(num_segments, feature_dim, lstm_units).items():
        model.get_layer(name).set_weights(weights)
    proposed.compile(model, CLASS_COUNTS)
    return model


def set_dropout(model, rate):
    """Changes the rate of every dropout of a model and recompiles its training step."""
    for layer in model.layers:
        if isinstance(layer, keras.layers.Dropout):
            layer.rate = rate
    model.make_train_function(force=True)
