import keras
from keras import ops

from keras_wsad.layers.time_distributed_dense import TimeDistributedDense


@keras.saving.register_keras_serializable("keras_wsad")
class FirstLevelAttention(keras.layers.Layer):
    """First-level temporal attention: how much each segment of a video matters.

    The same perceptron projects every segment; the mean of the projections is a latent
    vector of the whole video, from which one unit per segment computes its score:

    ```
    L_t   = relu(W_L F_t + b_L)    latent space           (batch, segments, units)
    GL    = mean_t L_t             global latent space    (batch, units)
    s     = W_GL GL + b_GL         equation 1             (batch, segments)
    alpha = softmax(s)                                    (batch, segments)
    ```

    `F_t` is normalised. The paper writes `s^1`, `W^1_L` and `W^1_GL`. The relu is that of
    the authors' code; equation 1 has none.

    Args:
        units: int. Size of the latent space. Defaults to `1024`.
        kernel_initializer: str. Keras initializer of both kernels; the authors' code has
            `"glorot_normal"`. Defaults to `"glorot_uniform"`.
        **kwargs: arguments of `keras.layers.Layer`.

    Call arguments:
        inputs: tensor of shape `(batch, segments, features)`, pooled from clips of unit L2
            norm. The number of segments is fixed.

    Returns:
        A tensor of shape `(batch, segments)`; a video's attention sums to one.

    Example:

    >>> import numpy as np
    >>> alpha = FirstLevelAttention(units=8)(np.ones((2, 32, 16), "float32"))
    >>> tuple(alpha.shape)
    (2, 32)

    Reference:
        - Majhi et al., FG 2021, equation 1 and figure 2.
    """

    def __init__(self, units=1024, kernel_initializer="glorot_uniform", **kwargs):
        super().__init__(**kwargs)
        self.units = units
        self.kernel_initializer = kernel_initializer

    def build(self, input_shape):
        if len(input_shape) != 3 or input_shape[1] is None:
            raise ValueError(
                f"{self.name}: expected inputs of shape (batch, segments, features) with "
                f"a fixed number of segments. Received: input_shape={tuple(input_shape)}"
            )
        num_segments = input_shape[1]
        options = {
            "kernel_initializer": self.kernel_initializer,
            "dtype": self.dtype_policy,
        }
        self.latent = TimeDistributedDense(
            self.units, activation="relu", name="latent", **options
        )
        self.latent.build(input_shape)
        self.score = keras.layers.Dense(num_segments, name="score", **options)
        self.score.build((input_shape[0], self.units))

    def call(self, inputs):
        latent = self.latent(inputs)
        global_latent = ops.mean(latent, axis=1)
        return ops.softmax(self.score(global_latent), axis=-1)

    def compute_output_shape(self, input_shape):
        return input_shape[:2]

    def get_config(self):
        return {
            **super().get_config(),
            "units": self.units,
            "kernel_initializer": self.kernel_initializer,
        }
