"""The layers of PEL4VAD."""

import math

import keras
from keras import ops

from keras_wsad.baselines.torch_layers import dense

#: The weights of convolutions and linear layers are set anew, their biases are not.
XAVIER = {"kernel_initializer": "glorot_uniform"}


@keras.saving.register_keras_serializable("keras_wsad")
class TemporalContextAggregation(keras.layers.Layer):
    """Attention to all segments and to those nearby, by one map.

    ```
    M   = q k^T / sqrt(units) + exp(-|w (i - j)^2 - b|)
    y   = a softmax(M) v + (1 - a) softmax(M where |i - j| <= window // 2) v
    out = W (sign(y) sqrt|y|, of unit L2 norm over the segments) + bias
    ```

    `q`, `k` and `v` are linear in `x`; `w`, `b` and the logit of `a` are learnt, from .6,
    .2 and 0. The norm is taken over time for each unit, as in the released code.

    Args:
        units: int. Size of q, k and v. Defaults to `128`.
        window: int. Odd number of segments. Defaults to `9`.
        **kwargs: arguments of `keras.layers.Layer`.

    Call arguments:
        inputs: tensor of shape `(batch, segments, features)`.

    Returns:
        A tensor of the shape of the inputs.

    Reference:
        - [Pu et al., 2024](https://arxiv.org/abs/2306.14451), temporal context aggregation.
    """

    def __init__(self, units=128, window=9, **kwargs):
        super().__init__(**kwargs)
        self.units = units
        self.window = window

    def build(self, input_shape):
        width = input_shape[-1]

        def linear(units, fan_in, name):
            return dense(units, fan_in, name=name, dtype=self.dtype_policy, **XAVIER)

        self.query, self.key, self.value = (
            linear(self.units, width, name) for name in ("query", "key", "value")
        )
        for layer in (self.query, self.key, self.value):
            layer.build(input_shape)
        self.out = linear(width, self.units, "out")
        self.out.build((*input_shape[:-1], self.units))
        self.decay, self.offset, self.mix = (
            self.add_weight(
                shape=(), initializer=keras.initializers.Constant(begin), name=name
            )
            for name, begin in (("decay", 0.6), ("offset", 0.2), ("mix", 0.0))
        )

    def call(self, inputs):
        time = ops.arange(inputs.shape[1], dtype="int32")
        distance = ops.abs(time[:, None] - time[None, :])
        squared = ops.cast(ops.square(distance), self.compute_dtype)
        near = ops.exp(-ops.abs(self.decay * squared - self.offset))
        products = ops.matmul(self.query(inputs), ops.swapaxes(self.key(inputs), 1, 2))
        logits = ops.cast(products * self.units**-0.5 + near, "float32")
        local = ops.where(distance <= self.window // 2, logits, -1e9)
        share = ops.cast(ops.sigmoid(self.mix), "float32")
        weights = share * ops.softmax(logits) + (1 - share) * ops.softmax(local)
        y = ops.matmul(weights, ops.cast(self.value(inputs), "float32"))
        # The root has no gradient at zero.
        y = ops.sign(y) * ops.sqrt(ops.maximum(ops.abs(y), 1e-12))
        y = ops.normalize(y, axis=1)
        return self.out(ops.cast(y, self.compute_dtype))

    def compute_output_shape(self, input_shape):
        return input_shape

    def get_config(self):
        return {**super().get_config(), "units": self.units, "window": self.window}


@keras.saving.register_keras_serializable("keras_wsad")
class ForegroundClasses(keras.layers.Layer):
    """Classes of the foreground and the background of a video, by vectors of the classes.

    ```
    f = sum_t w_t x_t / sum_t w_t,  w_t = exp(10 S_t) - 1
    b = the same with 1 - S_t in place of S_t
    p_c = softmax over c of cos(f, u_c) / tau      q_c = softmax over c of cos(b, u_c) / tau
    ```

    `u_c` are learnt, and so is the logarithm of `1 / tau`.

    Args:
        num_classes: int. Defaults to `14`.
        temperature: float. tau at the beginning. Defaults to `0.09`.
        **kwargs: arguments of `keras.layers.Layer`.

    Call arguments:
        features: tensor of shape `(batch, segments, features)`.
        scores: tensor of shape `(batch, segments)`.

    Returns:
        A pair of tensors of shape `(batch, classes)`, `p` and `q`.

    Reference:
        - [Pu et al., 2024](https://arxiv.org/abs/2306.14451), prompt-enhanced learning.
    """

    def __init__(self, num_classes=14, temperature=0.09, **kwargs):
        super().__init__(**kwargs)
        self.num_classes = num_classes
        self.temperature = temperature

    def build(self, features_shape, scores_shape):
        width = features_shape[-1]
        self.vectors = self.add_weight(
            shape=(self.num_classes, width),
            # Of about unit length, as CLIP's.
            initializer=keras.initializers.RandomNormal(stddev=width**-0.5),
            name="vectors",
        )
        self.log_scale = self.add_weight(
            shape=(),
            initializer=keras.initializers.Constant(-math.log(self.temperature)),
            name="log_scale",
        )

    def call(self, features, scores):
        vectors = ops.normalize(self.vectors, axis=-1)

        def probabilities(scores):
            weights = ops.expm1(10 * scores)
            total = ops.maximum(ops.sum(weights, axis=1, keepdims=True), 1e-12)
            mean = ops.einsum("bt,btn->bn", weights / total, features)
            cosines = ops.matmul(ops.normalize(mean, axis=-1), ops.transpose(vectors))
            return ops.softmax(ops.exp(self.log_scale) * cosines)

        return probabilities(scores), probabilities(1 - scores)

    def compute_output_shape(self, features_shape, scores_shape):
        shape = (features_shape[0], self.num_classes)
        return shape, shape

    def get_config(self):
        return {
            **super().get_config(),
            "num_classes": self.num_classes,
            "temperature": self.temperature,
        }
