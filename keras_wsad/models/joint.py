import keras

from keras_wsad.layers import LSTM
from keras_wsad.layers import Dense
from keras_wsad.layers import FirstLevelAttention
from keras_wsad.layers import MeanOverSegments
from keras_wsad.layers import SecondLevelAttention
from keras_wsad.layers import keras1_hard_sigmoid

GATES = {"sigmoid": "sigmoid", "hard_sigmoid": keras1_hard_sigmoid}


@keras.saving.register_keras_serializable("keras_wsad")
class JointModel(keras.Model):
    """Joint anomaly detection and classification with two levels of attention.

    ```
    F'  = concat(LSTM(F), F)                      stage C
    F*  = F' + alpha F',   alpha = first level of the normalised F
    S   = detection branch of F*                  stage D
    F** = F* + beta F*,    beta = second level of the detection branch's latent features
    p   = classification branch of the mean of F** over the segments
    ```

    With the three flags it is every row of the paper's Table I: all off is l1 (the
    features alone), `lstm` l2, with `second_level` l3, with `first_level` l4, the
    proposed model. At its default size it has 43,846,951 trainable parameters.

    Dense layers act on the last axis, so that one of them shared over the segments is the
    paper's time-distributed perceptron. Their kernels start from `glorot_normal` and bear
    an L2 penalty in the two branches, as in the authors' code; the attention levels bear
    none. Scores and probabilities are float32 under any precision policy.

    Args:
        num_segments: int. Segments of a video, T. Defaults to `32`.
        feature_dim: int. Features of a segment, n. Defaults to `7168`.
        num_classes: int. Anomaly classes and Normal. Defaults to `14`.
        lstm_units: int. Hidden size of the LSTM, n_h. Defaults to `1024`.
        lstm: bool. Whether features pass through the LSTM. Defaults to `True`.
        second_level: bool. Whether classification is guided by detection. Defaults to
            `True`.
        first_level: bool. Whether segments are weighed before both. Defaults to `True`.
        recurrent_activation: `"sigmoid"` (the paper) or `"hard_sigmoid"` (the default of
            Keras when the authors wrote their code). Defaults to `"sigmoid"`.
        dropout: float. Rate of the three dropouts. Defaults to `0.6`.
        kernel_l2: float. L2 penalty on the kernels of the two branches. Defaults to
            `1e-3`.
        dtype: str or `keras.DTypePolicy`. Precision of all but scores and probabilities.
            Defaults to the global policy.
        **kwargs: arguments of `keras.Model`.

    Call arguments:
        inputs: a dict of two tensors of shape `(batch, segments, features)`: `features`,
            and `normalized_features`, whose clips were scaled to unit L2 norm before they
            were pooled into segments.

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
        recurrent_activation="sigmoid",
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

        # === Layers ===
        def branch_dense(units, activation, name, dtype=dtype):
            return Dense(
                units,
                activation=activation,
                kernel_initializer="glorot_normal",
                kernel_regularizer=keras.regularizers.L2(kernel_l2),
                name=name,
                dtype=dtype,
            )

        recurrent = LSTM(
            lstm_units,
            recurrent_activation=GATES[recurrent_activation],
            return_sequences=True,
            name="lstm",
            dtype=dtype,
        )
        concatenate = keras.layers.Concatenate(name="skip_connection", dtype=dtype)
        first_attention = FirstLevelAttention(
            1024, name="first_level_attention", dtype=dtype
        )
        detection_input_dropout = keras.layers.Dropout(
            dropout, name="detection_dropout", dtype=dtype
        )
        detection_latent = branch_dense(96, None, "detection_latent")
        detection_latent_dropout = keras.layers.Dropout(
            dropout, name="detection_latent_dropout", dtype=dtype
        )
        detection_score = branch_dense(1, "sigmoid", "detection_score", dtype="float32")
        drop_last_axis = keras.layers.Reshape(
            (num_segments,), name="segment_scores", dtype="float32"
        )
        second_attention = SecondLevelAttention(
            24, name="second_level_attention", dtype=dtype
        )
        mean_over_segments = MeanOverSegments(name="video_features", dtype=dtype)
        class_latent = branch_dense(256, "relu", "class_latent")
        class_dropout = keras.layers.Dropout(dropout, name="class_dropout", dtype=dtype)
        class_probabilities = branch_dense(
            num_classes, "softmax", "class_probabilities", dtype="float32"
        )

        # === Functional model ===
        shape = (num_segments, feature_dim)
        features = keras.Input(shape, name="features")
        normalized_features = keras.Input(shape, name="normalized_features")
        outputs = {}

        # Stage C: temporal information. What the first level strengthens is F*, which is
        # not built: each layer that reads it takes F' and the attention.
        x = features
        alpha = beta = None
        if lstm:
            x = concatenate([recurrent(x), x])
        if first_level:
            alpha = first_attention(normalized_features)
            outputs["first_level_attention"] = alpha

        # Stage D, detection: a score for each segment.
        latent = detection_latent(detection_input_dropout(x), attention=alpha)
        latent = detection_latent_dropout(latent)
        outputs["segment_scores"] = drop_last_axis(detection_score(latent))

        # Stage D, classification: one class for the video.
        if second_level:
            beta = second_attention(latent)
            outputs["second_level_attention"] = beta
        attentions = [level for level in (alpha, beta) if level is not None]
        video = mean_over_segments(x, attentions)
        video = class_dropout(class_latent(video))
        outputs["class_probabilities"] = class_probabilities(video)

        super().__init__(
            inputs={"features": features, "normalized_features": normalized_features},
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
        self.recurrent_activation = recurrent_activation
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
            "recurrent_activation": self.recurrent_activation,
            "dropout": self.dropout,
            "kernel_l2": self.kernel_l2,
            "dtype": keras.dtype_policies.serialize(self.dtype_policy),
        }

    @classmethod
    def from_config(cls, config):
        return cls(**config)
