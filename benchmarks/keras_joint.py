"""The joint model in Keras: that of the package, and a plain one, layer by layer."""

import keras
from keras import ops

from benchmarks.joint_case import CLASS
from benchmarks.joint_case import CLASS_COUNTS
from benchmarks.joint_case import DETECTION
from benchmarks.joint_case import FIRST_LEVEL
from benchmarks.joint_case import NUM_CLASSES
from benchmarks.joint_case import SECOND_LEVEL
from benchmarks.joint_case import make_weights
from keras_wsad.baselines.proposed import Proposed
from keras_wsad.config import ExperimentConfig
from keras_wsad.layers import FirstLevelAttention
from keras_wsad.layers import SecondLevelAttention


def build_joint(num_segments, feature_dim, lstm_units, *, plain=False, dropout=0.6):
    """Builds the joint model with the settings of the paper and made-up weights.

    Args:
        num_segments: int.
        feature_dim: int.
        lstm_units: int.
        plain: bool. Whether it is the model of figure 1 written layer by layer with the
            LSTM of Keras, compiled with the Adam of Keras, as the package had it before it
            was made fast. Defaults to `False`.
        dropout: float. Defaults to `0.6`.

    Returns:
        A compiled `keras.Model` of the global precision policy.
    """
    config = ExperimentConfig(
        num_segments=num_segments, lstm_units=lstm_units, dropout=dropout
    )
    proposed = Proposed(config)
    if plain:
        model = _plain_joint(num_segments, feature_dim, lstm_units, dropout)
    else:
        model = proposed.build(feature_dim)
    for name, weights in make_weights(num_segments, feature_dim, lstm_units).items():
        model.get_layer(name).set_weights(weights)
    proposed.compile(model, CLASS_COUNTS)
    if plain:
        model.optimizer = keras.optimizers.Adam(config.learning_rate)
    return model


def set_dropout(model, rate):
    """Changes the rate of every dropout of a model; a compiled step is compiled anew."""
    for layer in model.layers:
        if isinstance(layer, keras.layers.Dropout):
            layer.rate = rate
    model.make_train_function(force=True)


def _plain_joint(num_segments, feature_dim, lstm_units, dropout):
    def branch_dense(units, activation, name, dtype=None):
        return keras.layers.Dense(
            units,
            activation=activation,
            kernel_regularizer=keras.regularizers.L2(1e-3),
            name=name,
            dtype=dtype,
        )

    def modulate(x, attention):
        return x + ops.expand_dims(attention, -1) * x

    shape = (num_segments, feature_dim)
    features = keras.Input(shape, name="features")
    normalized_features = keras.Input(shape, name="normalized_features")
    recurrent = keras.layers.LSTM(lstm_units, return_sequences=True, name="lstm")
    x = keras.layers.Concatenate()([recurrent(features), features])
    alpha = FirstLevelAttention(FIRST_LEVEL, name="first_level_attention")(
        normalized_features
    )
    x = modulate(x, alpha)
    latent = branch_dense(DETECTION, None, "detection_latent")(
        keras.layers.Dropout(dropout)(x)
    )
    latent = keras.layers.Dropout(dropout)(latent)
    scores = branch_dense(1, "sigmoid", "detection_score", "float32")(latent)
    scores = keras.layers.Reshape((num_segments,), dtype="float32")(scores)
    beta = SecondLevelAttention(SECOND_LEVEL, name="second_level_attention")(latent)
    x = modulate(x, beta)
    video = keras.layers.GlobalAveragePooling1D()(x)
    video = branch_dense(CLASS, "relu", "class_latent")(video)
    video = keras.layers.Dropout(dropout)(video)
    classes = branch_dense(NUM_CLASSES, "softmax", "class_probabilities", "float32")(video)
    return keras.Model(
        {"features": features, "normalized_features": normalized_features},
        {
            "segment_scores": scores,
            "class_probabilities": classes,
            "first_level_attention": alpha,
            "second_level_attention": beta,
        },
    )
