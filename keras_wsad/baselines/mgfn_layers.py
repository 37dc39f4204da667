"""The blocks of MGFN, and its loss on magnitudes."""

import keras
from keras import ops

from keras_wsad.baselines.torch_layers import dense


@keras.saving.register_keras_serializable("keras_wsad")
class Glance(keras.layers.Layer):
    """Softmax attention of each segment to all segments.

    ```
    y_t = W [softmax over u of (q_t . k_u / sqrt(head_width)) v_u, for each head] + b
    ```

    Queries, keys and values are linear in `x`, without a bias.

    Args:
        heads: int.
        head_width: int. Channels of a head. Defaults to `64`.
        **kwargs: arguments of `keras.layers.Layer`.

    Call arguments:
        inputs: tensor of shape `(batch, segments, features)`.

    Returns:
        A tensor of the shape of the inputs.

    Reference:
        - [Chen et al., 2023](https://arxiv.org/abs/2211.15098), the glance block.
    """

    def __init__(self, heads, head_width=64, **kwargs):
        super().__init__(**kwargs)
        self.heads = heads
        self.head_width = head_width

    def build(self, input_shape):
        width, inner = input_shape[-1], self.heads * self.head_width
        dtype = {"dtype": self.dtype_policy}
        self.qkv = dense(3 * inner, width, use_bias=False, name="qkv", **dtype)
        self.qkv.build(input_shape)
        self.out = dense(width, inner, name="out", **dtype)
        self.out.build((*input_shape[:-1], inner))

    def call(self, inputs):
        segments, width = inputs.shape[1], self.heads * self.head_width
        x = ops.reshape(self.qkv(inputs), (-1, segments, 3, self.heads, self.head_width))
        # Each of shape (batch, heads, segments, head_width).
        q, k, v = ops.unstack(ops.transpose(x, (2, 0, 3, 1, 4)), 3)
        weights = ops.softmax(
            ops.matmul(q * self.head_width**-0.5, ops.swapaxes(k, -1, -2)), axis=-1
        )
        attended = ops.transpose(ops.matmul(weights, v), (0, 2, 1, 3))
        return self.out(ops.reshape(attended, (-1, segments, width)))

    def compute_output_shape(self, input_shape):
        return input_shape

    def get_config(self):
        return {
            **super().get_config(),
            "heads": self.heads,
            "head_width": self.head_width,
        }


@keras.saving.register_keras_serializable("keras_wsad")
class Focus(keras.layers.Layer):
    """Learnt weights of five neighbours, the same for all channels of a head.

    ```
    y_t = W [sum over -2 <= d <= 2 of w_h,d v_t+d + b_h, for each head h] + b
    ```

    `v` is linear in `x`, without a bias; segments outside of the video are zero.

    Args:
        heads: int.
        head_width: int. Channels of a head. Defaults to `64`.
        span: int. Odd number of segments. Defaults to `5`.
        **kwargs: arguments of `keras.layers.Layer`.

    Call arguments:
        inputs: tensor of shape `(batch, segments, features)`.

    Returns:
        A tensor of the shape of the inputs.

    Reference:
        - [Chen et al., 2023](https://arxiv.org/abs/2211.15098), the focus block.
    """

    def __init__(self, heads, head_width=64, span=5, **kwargs):
        super().__init__(**kwargs)
        self.heads = heads
        self.head_width = head_width
        self.span = span

    def build(self, input_shape):
        width, inner = input_shape[-1], self.heads * self.head_width
        dtype = {"dtype": self.dtype_policy}
        self.value = dense(inner, width, use_bias=False, name="value", **dtype)
        self.value.build(input_shape)
        limit = self.span**-0.5
        begin = keras.initializers.RandomUniform(-limit, limit)
        self.kernel = self.add_weight(
            shape=(self.span, self.heads, 1), initializer=begin, name="kernel"
        )
        self.bias = self.add_weight(shape=(self.heads, 1), initializer=begin, name="bias")
        self.out = dense(width, inner, name="out", **dtype)
        self.out.build((*input_shape[:-1], inner))

    def call(self, inputs):
        segments, half = inputs.shape[1], self.span // 2
        v = ops.reshape(self.value(inputs), (-1, segments, self.heads, self.head_width))
        v = ops.pad(v, ((0, 0), (half, half), (0, 0), (0, 0)))
        mixed = self.bias
        for offset in range(self.span):
            mixed = mixed + self.kernel[offset] * v[:, offset : offset + segments]
        return self.out(ops.reshape(mixed, (-1, segments, self.heads * self.head_width)))

    def compute_output_shape(self, input_shape):
        return input_shape

    def get_config(self):
        return {
            **super().get_config(),
            "heads": self.heads,
            "head_width": self.head_width,
            "span": self.span,
        }


@keras.saving.register_keras_serializable("keras_wsad")
class MagnitudeContrast(keras.losses.Loss):
    """Magnitudes of anomalous and normal videos apart, those of a kind together.

    ```
    loss = separation * mean over pairs (a, n) of max(0, margin - |m_a - m_n|)^2
         + mean over pairs of normal videos of |m - m'|^2
         + mean over pairs of anomalous videos of |m - m'|^2
    ```

    A term without a pair is zero.

    Args:
        margin: float. Defaults to `200.0`.
        separation: float. Defaults to `1e-3`.
        name: str. Defaults to `"magnitude_contrast"`.
        **kwargs: arguments of `keras.losses.Loss`.

    Call arguments:
        y_true: tensor of shape `(batch,)` or `(batch, 1)`, 1 for an anomalous video.
        y_pred: tensor of shape `(batch, selected)`, magnitudes of selected segments.

    Returns:
        A scalar.

    Reference:
        - [Chen et al., 2023](https://arxiv.org/abs/2211.15098), the magnitude contrastive
          loss.
    """

    def __init__(self, margin=200.0, separation=1e-3, name="magnitude_contrast", **kwargs):
        super().__init__(name=name, **kwargs)
        self.margin = margin
        self.separation = separation

    def call(self, y_true, y_pred):
        anomalous = ops.cast(ops.reshape(y_true, (-1,)), y_pred.dtype)
        normal = 1 - anomalous
        differences = y_pred[:, None] - y_pred[None, :]
        squares = ops.sum(ops.square(differences), axis=-1)
        # As PyTorch does, so that the root has a gradient for equal magnitudes.
        distances = ops.sqrt(ops.sum(ops.square(differences + 1e-6), axis=-1))
        gaps = ops.square(ops.relu(self.margin - distances))
        others = 1 - ops.eye(y_pred.shape[0] or ops.shape(y_pred)[0], dtype=y_pred.dtype)

        def mean(values, pairs):
            return ops.sum(pairs * values) / ops.maximum(ops.sum(pairs), 1)

        return (
            self.separation * mean(gaps, anomalous[:, None] * normal[None, :])
            + mean(squares, others * normal[:, None] * normal[None, :])
            + mean(squares, others * anomalous[:, None] * anomalous[None, :])
        )

    def get_config(self):
        return {
            **super().get_config(),
            "margin": self.margin,
            "separation": self.separation,
        }
