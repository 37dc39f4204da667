"""Shared parts of the Keras heads: inputs, penalised layers, segment scores."""

import keras


def segment_inputs(config, feature_dim):
    """Returns the inputs of a head, a dict of `features` and `normalized_features`.

    A head reads one of them and ignores the other.

    Args:
        config: `ExperimentConfig`.
        feature_dim: int. Features of a segment, n.
    """
    shape = (config.num_segments, feature_dim)
    names = ("features", "normalized_features")
    return {name: keras.Input(shape, name=name) for name in names}


def penalised(config):
    """Returns kernel initializer and penalty, as arguments of a Keras layer.

    Glorot normal and an L2 penalty, as in the released code of Sultani et al.
    """
    return {
        "kernel_initializer": "glorot_normal",
        "kernel_regularizer": keras.regularizers.L2(config.kernel_l2),
    }


def perceptron(x, units, config):
    """Adds the hidden layers of Sultani et al.: relu, dropout, 32 linear units, dropout.

    Args:
        x: symbolic tensor of shape `(batch, segments, features)`.
        units: int. Size of the first layer.
        config: `ExperimentConfig`.

    Returns:
        A symbolic tensor of shape `(batch, segments, 32)`.
    """
    x = keras.layers.Dense(units, activation="relu", name="first", **penalised(config))(x)
    x = keras.layers.Dropout(config.dropout, name="first_dropout")(x)
    x = keras.layers.Dense(32, name="second", **penalised(config))(x)
    return keras.layers.Dropout(config.dropout, name="second_dropout")(x)


def score(x, config):
    """Adds a sigmoid unit that scores each segment, in float32 under any precision policy.

    Args:
        x: symbolic tensor of shape `(batch, segments, units)`.
        config: `ExperimentConfig`.

    Returns:
        A symbolic tensor of shape `(batch, segments)`.
    """
    scores = keras.layers.Dense(
        1, activation="sigmoid", name="score", dtype="float32", **penalised(config)
    )(x)
    drop_last_axis = keras.layers.Reshape(
        (config.num_segments,), name="segment_scores", dtype="float32"
    )
    return drop_last_axis(scores)
