from typing import ClassVar

import keras
from keras import ops

from keras_wsad.baselines.bn_wvad_losses import DistanceRankingLoss
from keras_wsad.baselines.bn_wvad_losses import NormalNorm
from keras_wsad.baselines.coupled_adam import CoupledAdam
from keras_wsad.baselines.global_local_transformer import global_local_transformer
from keras_wsad.baselines.head import Head
from keras_wsad.baselines.head_layers import segment_inputs
from keras_wsad.baselines.torch_layers import batch_norm
from keras_wsad.baselines.torch_layers import dense


class BNWVAD(Head):
    """Batch normalisation as criterion: anomalous is what is far from its running mean.

    ```
    x   = transformer(F)                                  `global_local_transformer`
    h_1 = W_1 x                     h_2 = W_2 relu(BN(h_1))                32 and 16 units
    s   = sigmoid(W_3 relu(BN(h_2)))
    d_i = distance of h_i from the running mean of its BN              `DistanceBatchNorm`
    x_t = (d_1 + d_2) s,   S_t = x_t / (1 + x_t)
    ```

    The loss, with the weights of the authors' code:

    ```
    mean over normal videos of the L2 norm of their s                       `NormalNorm`
    + 5  of d_1                                                  `DistanceRankingLoss`
    + 20 of d_2
    ```

    It is built and trained as in the authors' code: the transformer of UR-DMU without
    dropout, initial weights and Adam of PyTorch with L2 in the gradient, its norm clipped
    to 1, 64 anomalous and 64 normal videos, 1,000 steps. What differs: their score is the
    unbounded `x_t`, here it is mapped to values below one in the same order; running
    variances are the biased ones. The authors had 1,024 I3D features of XD-Violence, 200
    segments that are means, and chose the checkpoint on the test set.

    Args:
        config: `ExperimentConfig`.
        width: int. Features of a segment inside. Defaults to `512`.
        heads: int. Of the transformer. Defaults to `4`.
        head_units: int. Features of a head. Defaults to `128`.
        units: tuple of two ints. Features whose distances are taken. Defaults to
            `(32, 16)`.

    Reference:
        - [Zhou et al., TCSVT 2024](https://arxiv.org/abs/2311.15367)
        - [the authors' code](https://github.com/cool-xuan/BN-WVAD)
    """

    title = "BN-WVAD (Zhou et al., TCSVT 2024)"
    published: ClassVar = {
        "learning_rate": 1e-4,
        "steps": 1000,
        "anomalous_per_batch": 64,
        "normal_per_batch": 64,
    }
    settings = (*Head.settings, "learning_rate")

    def __init__(
        self,
        config,
        *,
        width=512,
        heads=4,
        head_units=128,
        units=(32, 16),
    ):
        super().__init__(config)
        self.width = width
        self.heads = heads
        self.head_units = head_units
        self.units = units

    def build(self, feature_dim):
        inputs = segment_inputs(self.config, feature_dim)
        x = global_local_transformer(
            inputs["features"],
            width=self.width,
            heads=self.heads,
            head_units=self.head_units,
            dropout=0.0,
        )
        distances, fan_in = [], self.width
        for units, name in zip(self.units, ("first", "second"), strict=True):
            x = dense(units, fan_in, name=f"{name}_features")(x)
            x, distance = DistanceBatchNorm(name=f"{name}_distances")(x)
            x = keras.layers.ReLU(name=f"{name}_relu")(x)
            distances.append(distance)
            fan_in = units
        x = dense(1, fan_in, activation="sigmoid", name="score", dtype="float32")(x)
        drop_last_axis = keras.layers.Reshape(
            (self.config.num_segments,), name="abnormality", dtype="float32"
        )
        abnormality = drop_last_axis(x)
        scores = DistanceScore(name="segment_scores", dtype="float32")
        outputs = {
            "segment_scores": scores([*distances, abnormality]),
            "abnormality": abnormality,
            "first_distances": distances[0],
            "second_distances": distances[1],
        }
        return keras.Model(inputs, outputs, name="bn_wvad")

    def compile(self, model, class_counts):
        terms = {
            "segment_scores": (None, None),
            "abnormality": (NormalNorm(), 1.0),
            "first_distances": (DistanceRankingLoss(), 5.0),
            "second_distances": (DistanceRankingLoss(), 20.0),
        }
        model.compile(
            optimizer=CoupledAdam(self.config.learning_rate, l2=5e-5, global_clipnorm=1.0),
            loss={name: loss for name, (loss, _) in terms.items()},
            loss_weights={name: weight for name, (_, weight) in terms.items()},
            jit_compile=False,
        )

    def score(self, data, videos):
        # The other outputs are for the losses.
        return {"segment_scores": super().score(data, videos)["segment_scores"]}


@keras.saving.register_keras_serializable("keras_wsad")
class DistanceBatchNorm(keras.layers.Layer):
    """Batch normalisation that says how far a segment is from the running mean.

    ```
    y = BN(h),   d_t = sqrt(sum over features of (h_t - mean)^2 / variance)
    ```

    Mean and variance are the running ones in training too, after their update; no gradient
    reaches them.

    Args:
        **kwargs: arguments of `keras.layers.Layer`. It computes in float32.

    Call arguments:
        inputs: tensor of shape `(batch, segments, features)`.
        training: bool.

    Returns:
        `(y, d)`: tensors of the shape of the inputs and of shape `(batch, segments)`.
    """

    def __init__(self, **kwargs):
        super().__init__(**{"dtype": "float32", **kwargs})

    def build(self, input_shape):
        self.norm = batch_norm(name="norm", dtype=self.dtype_policy)
        self.norm.build(input_shape)

    def call(self, inputs, training=False):
        normalized = self.norm(inputs, training=training)
        mean = ops.stop_gradient(ops.convert_to_tensor(self.norm.moving_mean))
        variance = ops.stop_gradient(ops.convert_to_tensor(self.norm.moving_variance))
        # A constant feature has variance 0; the root has no gradient at 0.
        squares = ops.square(inputs - mean) / ops.maximum(variance, 1e-12)
        distances = ops.sqrt(ops.maximum(ops.sum(squares, axis=-1), 1e-12))
        return normalized, distances

    def compute_output_shape(self, input_shape):
        return input_shape, input_shape[:-1]


@keras.saving.register_keras_serializable("keras_wsad")
class DistanceScore(keras.layers.Layer):
    """Distances times abnormality, mapped to values from zero to one in the same order.

    ```
    x = (d_1 + d_2) s,   S = x / (1 + x)
    ```

    Args:
        **kwargs: arguments of `keras.layers.Layer`.

    Call arguments:
        inputs: a list of three tensors `d_1`, `d_2` and `s` of shape `(batch, segments)`.

    Returns:
        A tensor of that shape.
    """

    def call(self, inputs):
        first, second, abnormality = inputs
        raw = (first + second) * abnormality
        return raw / (1 + raw)

    def compute_output_shape(self, input_shape):
        return input_shape[0]
