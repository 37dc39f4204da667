import keras

from keras_wsad.layers import EquivariantAttention
from keras_wsad.layers import TemporalContext
from keras_wsad.layers import TimeDistributedDense


@keras.saving.register_keras_serializable("keras_wsad")
class EquivariantModel(keras.Model):
    """Joint anomaly detection and classification that moves along with the event.

    The paper's figure 1 redrawn: one model, in which detection guides classification by an
    attention over time. On the features `F` of a video's segments:

    ```
    h    = relu(W_h F)                            latent features of a segment
    r    = context(h)                             convolutions over time, 15 segments
    S    = sigmoid(w r)                           detection: a score for each segment
    beta = softmax_t(MLP[r_t, m, r_t - m])        second level, m = mean_t r_t
    u    = relu(W_u F)                            what a segment looks like
    v    = 0.3 mean_t u_t + sum_t beta_t u_t      classification: the video ...
    p    = softmax(W_p v)                         ... and its class
    ```

    What it changes in the paper's model, and why (`reproduce/README.md` has what was seen
    of each change):

    - Context in place of the LSTM and its skip connection. An LSTM looks back alone; a
      convolution sees both sides, and no further than its kernels.
    - No first level, and a second level that shares all weights between the segments
      (`EquivariantAttention`). In the paper's two the last layer has separate weights for
      each segment index.
    - Classes are told from segments alone: the context would mix the event with what
      surrounds it.

    Away from the ends, an event that comes `k` segments later gives scores and attention
    `k` segments later, and the same class. The number of segments is free; weights do not
    depend on it.

    Args:
        num_segments: int. Segments of a video, T. Defaults to `32`.
        feature_dim: int. Features of a segment, n. Defaults to `7168`.
        num_classes: int. Anomaly classes and Normal, C + 1. Defaults to `14`.
        context: bool. Whether a segment sees its neighbours. Defaults to `True`.
        second_level: bool. Whether attention guides classification; without it `v` is the
            mean of `u`. Defaults to `True`.
        detection_units: int. Size of `h` and `r`. Defaults to `64`.
        second_level_units: int. Hidden size of the attention. Defaults to `24`.
        class_units: int. Size of `u`. Defaults to `64`.
        dropout: float. Rate of all dropouts. Defaults to `0.3`.
        dtype: str or `keras.DTypePolicy`. Precision of all but scores and probabilities.
            Defaults to the global policy.
        **kwargs: arguments of `keras.Model`.

    Call arguments:
        inputs: a dict of two tensors of shape `(batch, segments, features)`: `features`,
            and `normalized_features`, which it does not read.

    Returns:
        A dict of `segment_scores` `(batch, segments)`, `class_probabilities`
        `(batch, classes)`, and, with the second level, `second_level_attention`
        `(batch, segments)`, which sums to one over the segments.

    Example:

    >>> import numpy as np
    >>> model = EquivariantModel(num_segments=4, feature_dim=8)
    >>> features = np.ones((2, 4, 8), "float32")
    >>> out = model({"features": features, "normalized_features": features})
    >>> {name: tuple(tensor.shape) for name, tensor in sorted(out.items())}
    ... # doctest: +NORMALIZE_WHITESPACE
    {'class_probabilities': (2, 14), 'second_level_attention': (2, 4),
     'segment_scores': (2, 4)}

    Reference:
        - Of this project; after Majhi et al., FG 2021, figure 1.
    """

    def __init__(
        self,
        num_segments=32,
        feature_dim=7168,
        num_classes=14,
        context=True,
        second_level=True,
        detection_units=64,
        second_level_units=24,
        class_units=64,
        dropout=0.3,
        dtype=None,
        **kwargs,
    ):
        dtype = keras.dtype_policies.get(dtype or keras.config.dtype_policy())

        # === Layers ===
        def drop(name):
            return keras.layers.Dropout(dropout, name=name, dtype=dtype)

        feature_dropout = drop("feature_dropout")
        detection_latent = TimeDistributedDense(
            detection_units, activation="relu", name="detection_latent", dtype=dtype
        )
        temporal_context = TemporalContext(dropout=dropout, name="context", dtype=dtype)
        detection_dropout = drop("detection_dropout")
        detection_score = TimeDistributedDense(
            1, activation="sigmoid", name="detection_score", dtype="float32"
        )
        drop_last_axis = keras.layers.Reshape(
            (num_segments,), name="segment_scores", dtype="float32"
        )
        second_attention = EquivariantAttention(
            second_level_units, name="second_level_attention", dtype=dtype
        )
        class_latent = TimeDistributedDense(
            class_units, activation="relu", name="class_latent", dtype=dtype
        )
        mean_over_segments = keras.layers.GlobalAveragePooling1D(
            name="video_features", dtype=dtype
        )
        weighted_sum = keras.layers.Dot(axes=1, name="event_features", dtype=dtype)
        class_dropout = drop("class_dropout")
        class_probabilities = keras.layers.Dense(
            num_classes, activation="softmax", name="class_probabilities", dtype="float32"
        )

        # === Functional model ===
        shape = (num_segments, feature_dim)
        F = keras.Input(shape, name="features")
        F_normalized = keras.Input(shape, name="normalized_features")
        outputs = {}

        # Detection: S, a score for each segment.
        x = feature_dropout(F)
        r = detection_latent(x)
        if context:
            r = temporal_context(r)
        S = drop_last_axis(detection_score(detection_dropout(r)))
        outputs["segment_scores"] = S

        # Second-level attention, then classification: p, a class for the video.
        u = class_latent(x)
        v = mean_over_segments(u)
        if second_level:
            beta = second_attention(r)
            outputs["second_level_attention"] = beta
            # The mean keeps classes learnable while the attention is still a guess.
            v = _MEAN * v + weighted_sum([beta, u])
        outputs["class_probabilities"] = class_probabilities(class_dropout(v))

        super().__init__(
            inputs={"features": F, "normalized_features": F_normalized},
            outputs=outputs,
            **kwargs,
        )

        # === Config ===
        self.num_segments = num_segments
        self.feature_dim = feature_dim
        self.num_classes = num_classes
        self.context = context
        self.second_level = second_level
        self.detection_units = detection_units
        self.second_level_units = second_level_units
        self.class_units = class_units
        self.dropout = dropout
        self.dtype_policy = dtype

    def get_config(self):
        return {
            "name": self.name,
            "trainable": self.trainable,
            "num_segments": self.num_segments,
            "feature_dim": self.feature_dim,
            "num_classes": self.num_classes,
            "context": self.context,
            "second_level": self.second_level,
            "detection_units": self.detection_units,
            "second_level_units": self.second_level_units,
            "class_units": self.class_units,
            "dropout": self.dropout,
            "dtype": keras.dtype_policies.serialize(self.dtype_policy),
        }


# Weight of the mean over the segments beside that over the event.
_MEAN = 0.3
