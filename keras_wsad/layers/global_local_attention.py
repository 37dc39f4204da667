import math

import keras
from keras import ops


@keras.saving.register_keras_serializable("keras_wsad")
class GlobalLocalAttention(keras.layers.Layer):
    """Attention of which one half looks at content, the other at distance in time.

    ```
    [q, k, v, t] = x                                  for each of the heads, d features each
    y = [softmax(q k^T / sqrt d) v,  M t]
    M_ij = exp(-|i - j| / e) / sum_k exp(-|i - k| / e)
    ```

    `M` has no parameters and is the same for every video. The projections before and
    after are other layers.

    Args:
        heads: int.
        **kwargs: arguments of `keras.layers.Layer`.

    Call arguments:
        inputs: tensor of shape `(batch, segments, 4 * heads * d)`: queries, keys, values
            of the first half, values of the second half.

    Returns:
        A tensor of shape `(batch, segments, 2 * heads * d)`.

    Raises:
        ValueError: the inputs are not of rank 3, or do not divide into four parts of the
            heads.

    Example:

    >>> import numpy as np
    >>> inputs = np.ones((2, 32, 4 * 3 * 8), "float32")
    >>> tuple(GlobalLocalAttention(heads=3)(inputs).shape)
    (2, 32, 48)

    Reference:
        - [Zhou, Yu and Yang, 2023](https://arxiv.org/abs/2302.05160), the global and local
          multi-head self-attention.
    """

    def __init__(self, heads, **kwargs):
        super().__init__(**kwargs)
        self.heads = heads

    def build(self, input_shape):
        if len(input_shape) != 3 or input_shape[-1] % (4 * self.heads):
            raise ValueError(
                f"{self.name}: expected inputs of shape (batch, segments, 4 * heads * d) "
                f"for heads={self.heads}. Received: input_shape={tuple(input_shape)}"
            )

    def call(self, inputs):
        _, num_segments, width = inputs.shape
        head_units = width // (4 * self.heads)
        parts = ops.reshape(inputs, (-1, num_segments, 4, self.heads, head_units))
        q, k, v, t = (parts[:, :, part] for part in range(4))
        alike = ops.softmax(ops.einsum("bihd,bjhd->bhij", q, k) * head_units**-0.5)
        time = ops.arange(num_segments, dtype="float32")
        near = ops.exp(-ops.abs(time[:, None] - time[None, :]) / math.e)
        near = ops.cast(near / ops.sum(near, axis=-1, keepdims=True), inputs.dtype)
        halves = [
            ops.einsum("bhij,bjhd->bihd", alike, v),
            ops.einsum("ij,bjhd->bihd", near, t),
        ]
        return ops.reshape(ops.concatenate(halves, -1), (-1, num_segments, width // 2))

    def compute_output_shape(self, input_shape):
        return (*input_shape[:-1], input_shape[-1] // 2)

    def get_config(self):
        return {**super().get_config(), "heads": self.heads}
