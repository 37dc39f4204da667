import keras

from keras_wsad.layers import LSTM
from keras_wsad.layers import FirstLevelAttention
from keras_wsad.layers import Modulation
from keras_wsad.layers import SecondLevelAttention
from keras_wsad.layers import TimeDistributedDense
from keras_wsad.layers import keras1_hard_sigmoid

GATES = {"sigmoid": "sigmoid", "hard_sigmoid": keras1_hard_sigmoid}
# Of the attention kernels. The second level's score always has glorot_uniform.
ATTENTION_INITIALIZERS = {"glorot_uniform": "glorot_uniform", "release": "glorot_normal"}


@keras.saving.register_keras_serializable("keras_wsad")
class JointModel(keras.Model):
    """Joint anomaly detection and classification with two levels of attention.

    The model of the paper's figure 1, on the features `F` of a video's segments. Stages A
    and B, which make them, are in `keras_wsad.features`:

    ```
    h      = LSTM(F)                               stage C
    F'     = concat(h, F)                          skip connection
    alpha  = first-level attention(F, normalised)  equation 1, softmax
    F*     = F' + alpha F'
    r      = latent features(F*)                   stage D, detection
    S      = sigmoid score(r)                      a score for each segment
    beta   = second-level attention(r)             equation 2, sigmoid
    F**    = F* + beta F*                          stage D, classification
    p      = classification branch(mean_t F**)     a class for the video
    ```

    The three flags give the rows of the paper's Table I: all off is l1 (features alone),
    `lstm` is l2, adding `second_level` l3, adding `first_level` l4, the proposed model. The
    default size has 43,846,951 trainable parameters.

    As in the authors' code, where the paper says nothing: `glorot_normal` and an L2 penalty
    of the two branches' kernels, the dropouts, a relu of the latents of both attention
    levels and of the classification branch, and none of r. Scores and probabilities are
    float32 under any precision policy.

    Args:
        num_segments: int. Segments of a video, T. Defaults to `32`.
        feature_dim: int. Features of a segment, n. Defaults to `7168`.
        num_classes: int. Anomaly classes and Normal, C + 1. Defaults to `14`.
        lstm_units: int. Hidden size of the LSTM, n_h. Defaults to `1024`.
        lstm: bool. Whether there is the LSTM. Defaults to `True`.
        second_level: bool. Whether second-level attention guides classification. Defaults
            to `True`.
        first_level: bool. Whether first-level attention weights the segments. Defaults to
            `True`.
        first_level_units: int. Latent size of the first level. Defaults to `1024`.
        detection_units: int. Latent size of the detection branch. Defaults to `96`.
        second_level_units: int. Latent size of a segment in the second level. Defaults to
            `24`.
        class_units: int. Latent size of the classification branch. Defaults to `256`.
        recurrent_activation: `"sigmoid"` (the paper) or `"hard_sigmoid"` (the default of
            Keras before 2.3, likely that of the authors' code). Defaults to `"sigmoid"`.
        attention_initializer: `"glorot_uniform"` (Keras's default) or `"release"`, the
            authors' code: `glorot_normal` for the kernels of the first level and for the
            projection of the second, `glorot_uniform` for its score. Defaults to
            `"glorot_uniform"`.
        dropout: float. Rate of the three dropouts. Defaults to `0.6`.
        kernel_l2: float. L2 penalty on the kernels of the two branches. Defaults to
            `1e-3`.
        dtype: str or `keras.DTypePolicy`. Precision of all but scores and probabilities.
            Defaults to the global policy.
        **kwargs: arguments of `keras.Model`.

    Call arguments:
        inputs: a dict of two tensors of shape `(batch, segments, features)`: `features`,
            and `normalized_features`, whose clips were scaled to unit L2 norm before
            pooling into segments, as in the authors' code; the paper normalises F itself
            (section III.C).

    Returns:
        A dict of `segment_scores` `(batch, segments)`, `class_probabilities`
        `(batch, classes)`, and, for the levels that are on, `first_level_attention` and
        `second_level_attention` `(batch, segments)`.

    Example:

    >>> import numpy as np
    >>> model = JointModel(num_segments=4, feature_dim=8, lstm_units=6)
    >>> features = np.ones((2, 4, 8), "float32")
    >>> out = model({"features": features, "normalized_features": features})
    >>> {name: tuple(tensor.shape) for name, tensor in sorted(out.items())}
    ... # doctest: +NORMALIZE_WHITESPACE
    {'class_probabilities': (2, 14), 'first_level_attention': (2, 4),
     'second_level_attention': (2, 4), 'segment_scores': (2, 4)}

    Reference:
        - Majhi, Das, Bremond, Dash and Sa, Weakly-supervised joint anomaly detection and
          classification, FG 2021, figure 1 and Table I.
    """

    def __init__(
        self,
        num_segments=32,
        feature_dim=7168,
        num_classes=14,
        lstm_units=1024,
        lstm=True,
        second_level=True,
        first_level=True,
        first_level_units=1024,
        detection_units=96,
        second_level_units=24,
        class_units=256,
        recurrent_activation="sigmoid",
        attention_initializer="glorot_uniform",
        dropout=0.6,
        kernel_l2=1e-3,
        dtype=None,
        **kwargs,
    ):
        dtype = keras.dtype_policies.get(dtype or keras.config.dtype_policy())
        if recurrent_activation not in GATES:
            raise ValueError(
                f"Expected recurrent_activation in {tuple(GATES)}. "
                f"Received: {recurrent_activation!r}"
            )
        if attention_initializer not in ATTENTION_INITIALIZERS:
            raise ValueError(
                f"Expected attention_initializer in {tuple(ATTENTION_INITIALIZERS)}. "
                f"Received: {attention_initializer!r}"
            )

        # === Layers ===
        branch = {
            "kernel_initializer": "glorot_normal",
            "kernel_regularizer": keras.regularizers.L2(kernel_l2),
        }
        of_attention = ATTENTION_INITIALIZERS[attention_initializer]
        recurrent = LSTM(
            lstm_units,
            recurrent_activation=GATES[recurrent_activation],
            return_sequences=True,
            name="lstm",
            dtype=dtype,
        )
        skip_connection = keras.layers.Concatenate(name="skip_connection", dtype=dtype)
        first_attention = FirstLevelAttention(
            first_level_units, of_attention, name="first_level_attention", dtype=dtype
        )
        first_modulation = Modulation(name="first_modulation", dtype=dtype)
        detection_dropout = keras.layers.Dropout(
            dropout, name="detection_dropout", dtype=dtype
        )
        detection_latent = TimeDistributedDense(
            detection_units, name="detection_latent", dtype=dtype, **branch
        )
        detection_latent_dropout = keras.layers.Dropout(
            dropout, name="detection_latent_dropout", dtype=dtype
        )
        detection_score = TimeDistributedDense(
            1, activation="sigmoid", name="detection_score", dtype="float32", **branch
        )
        drop_last_axis = keras.layers.Reshape(
            (num_segments,), name="segment_scores", dtype="float32"
        )
        second_attention = SecondLevelAttention(
            second_level_units, of_attention, name="second_level_attention", dtype=dtype
        )
        second_modulation = Modulation(name="second_modulation", dtype=dtype)
        mean_over_segments = keras.layers.GlobalAveragePooling1D(
            name="video_features", dtype=dtype
        )
        class_latent = keras.layers.Dense(
            class_units, activation="relu", name="class_latent", dtype=dtype, **branch
        )
        class_dropout = keras.layers.Dropout(dropout, name="class_dropout", dtype=dtype)
        class_probabilities = keras.layers.Dense(
            num_classes,
            activation="softmax",
            name="class_probabilities",
            dtype="float32",
            **branch,
        )

        # === Functional model ===
        # Names are the paper's symbols: F_prime is F', F_star is F*, F_star_star is F**, S
        # its scores S_a and S_n. Two are ours: r, for the latent features of the detection
        # branch, which the paper calls F as well (input of equation 2), and p, for the
        # class probabilities.
        shape = (num_segments, feature_dim)
        F = keras.Input(shape, name="features")
        F_normalized = keras.Input(shape, name="normalized_features")
        outputs = {}

        # Stage C: the LSTM with its skip connection, then first-level attention.
        F_prime = F
        if lstm:
            h = recurrent(F)
            F_prime = skip_connection([h, F])
        F_star = F_prime
        if first_level:
            alpha = first_attention(F_normalized)  # equation 1, softmax
            F_star = first_modulation([F_prime, alpha])  # F* = F' + alpha F'
            outputs["first_level_attention"] = alpha

        # Stage D, detection: S, a score for each segment. The paper's "3 layer perceptrons"
        # must count the input: F*, r (96) and S (1). The "2-layer perceptron" of classes
        # does not.
        r = detection_latent(detection_dropout(F_star))
        # The second level reads r after its dropout, as in the authors' code.
        r = detection_latent_dropout(r)
        S = drop_last_axis(detection_score(r))
        outputs["segment_scores"] = S

        # Stage D, second-level attention and classification: p, a class for the video.
        F_star_star = F_star
        if second_level:
            beta = second_attention(r)  # equation 2, sigmoid
            F_star_star = second_modulation([F_star, beta])  # F** = F* + beta F*
            outputs["second_level_attention"] = beta
        latent = class_latent(mean_over_segments(F_star_star))
        p = class_probabilities(class_dropout(latent))
        outputs["class_probabilities"] = p

        super().__init__(
            inputs={"features": F, "normalized_features": F_normalized},
            outputs=outputs,
            **kwargs,
        )

        # === Config ===
        self.num_segments = num_segments
        self.feature_dim = feature_dim
        self.num_classes = num_classes
        self.lstm_units = lstm_units
        self.lstm = lstm
        self.second_level = second_level
        self.first_level = first_level
        self.first_level_units = first_level_units
        self.detection_units = detection_units
        self.second_level_units = second_level_units
        self.class_units = class_units
        self.recurrent_activation = recurrent_activation
        self.attention_initializer = attention_initializer
        self.dropout = dropout
        self.kernel_l2 = kernel_l2
        self.dtype_policy = dtype

    def get_config(self):
        return {
            "name": self.name,
            "trainable": self.trainable,
            "num_segments": self.num_segments,
            "feature_dim": self.feature_dim,
            "num_classes": self.num_classes,
            "lstm_units": self.lstm_units,
            "lstm": self.lstm,
            "second_level": self.second_level,
            "first_level": self.first_level,
            "first_level_units": self.first_level_units,
            "detection_units": self.detection_units,
            "second_level_units": self.second_level_units,
            "class_units": self.class_units,
            "recurrent_activation": self.recurrent_activation,
            "attention_initializer": self.attention_initializer,
            "dropout": self.dropout,
            "kernel_l2": self.kernel_l2,
            "dtype": keras.dtype_policies.serialize(self.dtype_policy),
        }
