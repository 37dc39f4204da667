from typing import ClassVar

import keras
from keras import ops

from keras_wsad.baselines.coupled_adam import CoupledAdam
from keras_wsad.baselines.feature_norms import warn_of_other_norms
from keras_wsad.baselines.head import Head
from keras_wsad.baselines.head_layers import segment_inputs
from keras_wsad.baselines.torch_layers import batch_norm
from keras_wsad.layers import MagnitudeSelection
from keras_wsad.losses import ScoreRegularization


class RTFM(Head):
    """Robust temporal feature magnitude: the longest features of a video make its score.

    ```
    P_d = BN(relu(C_d * F)),  d = 1, 2, 4               dilated convolutions, n/4 each
    G   = non-local block of relu(W F)                  n/4
    X   = BN(relu(C * [P_1, P_2, P_4, G])) + F          the network MTN, n
    S_t = sigmoid(W_3 D relu(W_2 D relu(W_1 D X_t)))    512, 128 and 1 units, D dropout
    top = the T // 10 segments of highest |X_t|         of those that are not dropped
    s   = mean of S_t over top,  m = |mean of X_t over top|

    loss = mean over videos of the cross-entropy of s
         + 1e-4 * mean over pairs of (|100 - m_a| + m_n)^2
         + 8e-4 * sum over a, t of (S_a,t+1 - S_a,t)^2 + 8e-3 * |S_a|_2
    ```

    with the anomalous videos `a` and the normal ones `n` of a batch. Convolutions span
    three segments. The outputs are `segment_scores`, `bag_scores`, which is `s`, and
    `magnitudes`, which is `m`. Layers, initial values, coefficients, Adam with coupled L2
    and the batch of 32 + 32 are those of the released code; published features are I3D's
    2048, whose mean norm is about 22; a warning names the norm of others.

    What differs: the released code trains on ten crops of a video at once, whose magnitudes
    and scores it averages, here it is one. It pairs the i-th anomalous with the i-th normal
    video, here the mean is over all pairs, which is its expectation. Its smoothness also
    counts the step from the last segment of a video to the first of the next. It draws
    15,000 batches and keeps the weights that are best on the test videos.

    Args:
        config: `ExperimentConfig`.

    Reference:
        - [Tian et al., ICCV 2021](https://arxiv.org/abs/2101.10030).
        - Released code: github.com/tianyu0207/RTFM.
    """

    title = "RTFM (Tian et al., ICCV 2021)"
    published: ClassVar = {
        "dropout": 0.7,
        "learning_rate": 1e-3,
        "steps": 15_000,
        "anomalous_per_batch": 32,
        "normal_per_batch": 32,
    }
    settings = (*Head.settings, "dropout", "learning_rate")

    def check(self, data):
        super().check(data)
        warn_of_other_norms(self.title, data, self.config.train_crop)

    def build(self, feature_dim):
        config = self.config
        width = max(1, feature_dim // 4)
        inputs = segment_inputs(config, feature_dim)
        features = inputs["features"]

        branches = []
        for dilation in (1, 2, 4):
            x = keras.layers.Conv1D(
                width,
                kernel_size=3,
                padding="same",
                dilation_rate=dilation,
                activation="relu",
                name=f"dilated_{dilation}",
            )(features)
            branches.append(batch_norm(name=f"dilated_{dilation}_norm")(x))
        x = keras.layers.Dense(width, "relu", use_bias=False, name="reduced")(features)
        branches.append(NonLocalBlock(max(1, width // 2), name="non_local")(x))
        x = keras.layers.Concatenate(name="branches")(branches)
        x = keras.layers.Conv1D(
            feature_dim, 3, padding="same", activation="relu", use_bias=False, name="fused"
        )(x)
        x = keras.layers.Add(name="residual")([batch_norm(name="fused_norm")(x), features])
        x = embedded = keras.layers.Dropout(config.dropout, name="embedded")(x)

        for units, name in ((512, "first"), (128, "second")):
            x = keras.layers.Dense(units, "relu", name=name)(x)
            x = keras.layers.Dropout(config.dropout, name=f"{name}_dropout")(x)
        x = keras.layers.Dense(1, "sigmoid", name="score", dtype="float32")(x)
        drop_last_axis = keras.layers.Reshape(
            (config.num_segments,), name="segment_scores", dtype="float32"
        )
        scores = drop_last_axis(x)

        selection = MagnitudeSelection(
            max(1, config.num_segments // 10),
            config.dropout,
            name="selection",
            dtype="float32",
        )
        bag_scores, selected = selection(embedded, scores)
        squares = ops.sum(ops.square(ops.mean(selected, axis=1)), axis=-1, keepdims=True)
        outputs = {
            "segment_scores": scores,
            "bag_scores": bag_scores,
            # Where all features are dropped, the root has no gradient.
            "magnitudes": ops.sqrt(ops.maximum(squares, 1e-12)),
        }
        return keras.Model(inputs, outputs, name="rtfm")

    def compile(self, model, class_counts):
        model.compile(
            optimizer=CoupledAdam(self.config.learning_rate, l2=5e-3),
            loss={
                "segment_scores": ScoreRegularization(smoothness=8e-4, sparsity=8e-3),
                "bag_scores": keras.losses.BinaryCrossentropy(),
                "magnitudes": MagnitudeMargin(margin=100.0),
            },
            loss_weights={"segment_scores": 1.0, "bag_scores": 1.0, "magnitudes": 1e-4},
            jit_compile=False,
        )


@keras.saving.register_keras_serializable("keras_wsad")
class NonLocalBlock(keras.layers.Layer):
    """Each segment plus what all segments have that is like it, without a softmax.

    ```
    z_t = x_t + BN(W sum_u (theta_t . phi_u) g_u / T)
    ```

    `theta`, `phi` and `g` are linear in `x`. The normalisation begins with a scale of zero,
    so that the block begins as the identity.

    Args:
        units: int. Size of theta, phi and g.
        **kwargs: arguments of `keras.layers.Layer`.

    Call arguments:
        inputs: tensor of shape `(batch, segments, features)`.
        training: bool. Whether the normalisation takes the statistics of the batch.

    Returns:
        A tensor of the shape of the inputs.

    Reference:
        - [Wang et al., 2018](https://arxiv.org/abs/1711.07971), equation 4 and the pairwise
          function "dot product".
    """

    def __init__(self, units, **kwargs):
        super().__init__(**kwargs)
        self.units = units

    def build(self, input_shape):
        def dense(units, name):
            return keras.layers.Dense(units, name=name, dtype=self.dtype_policy)

        self.theta, self.phi, self.g = (
            dense(self.units, name) for name in ("theta", "phi", "g")
        )
        for layer in (self.theta, self.phi, self.g):
            layer.build(input_shape)
        self.out = dense(input_shape[-1], "out")
        self.out.build((*input_shape[:-1], self.units))
        self.norm = batch_norm(
            gamma_initializer="zeros", name="norm", dtype=self.dtype_policy
        )
        self.norm.build(input_shape)

    def call(self, inputs, training=None):
        alike = ops.matmul(self.theta(inputs), ops.swapaxes(self.phi(inputs), 1, 2))
        gathered = ops.matmul(alike / inputs.shape[1], self.g(inputs))
        return inputs + self.norm(self.out(gathered), training=training)

    def compute_output_shape(self, input_shape):
        return input_shape

    def get_config(self):
        return {**super().get_config(), "units": self.units}


@keras.saving.register_keras_serializable("keras_wsad")
class MagnitudeMargin(keras.losses.Loss):
    """Anomalous videos of a given magnitude, normal ones of none.

    ```
    loss = mean over pairs (a, n) of (|margin - m_a| + m_n)^2
    ```

    It is zero for a batch of one kind.

    Args:
        margin: float. Defaults to `100.0`.
        name: str. Defaults to `"magnitude_margin"`.
        **kwargs: arguments of `keras.losses.Loss`.

    Call arguments:
        y_true: tensor of shape `(batch,)` or `(batch, 1)`, 1 for an anomalous video.
        y_pred: tensor of shape `(batch, 1)`, magnitudes.

    Returns:
        A scalar.

    Reference:
        - [Tian et al., 2021](https://arxiv.org/abs/2101.10030), and the released code.
    """

    def __init__(self, margin=100.0, name="magnitude_margin", **kwargs):
        super().__init__(name=name, **kwargs)
        self.margin = margin

    def call(self, y_true, y_pred):
        magnitudes = ops.reshape(y_pred, (-1,))
        anomalous = ops.cast(ops.reshape(y_true, (-1,)), magnitudes.dtype)
        pairs = anomalous[:, None] * (1 - anomalous)[None, :]
        missing = ops.abs(self.margin - magnitudes)
        sums = missing[:, None] + magnitudes[None, :]
        return ops.sum(pairs * ops.square(sums)) / ops.maximum(ops.sum(pairs), 1)

    def get_config(self):
        return {**super().get_config(), "margin": self.margin}
