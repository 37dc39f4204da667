import keras
from keras import ops

from keras_wsad.layers.time_distributed_dense import TimeDistributedDense


@keras.saving.register_keras_serializable("keras_wsad")
class SecondLevelAttention(keras.layers.Layer):
    """Second-level temporal attention: which segments decide the class.

    It is guided by the detection branch. The same perceptron projects the latent features
    of every segment; one unit per segment computes its score from all projections:

    ```
    L_t  = relu(W_L r_t + b_L)                  latent space  (batch, segments, units)
    s    = W_GL concat(L_1, ..., L_T) + b_GL    equation 2    (batch, segments)
    beta = sigmoid(s)                                         (batch, segments)
    ```

    Unlike the first level it is not normalised over the segments. It shares no weights with
    it: the paper writes `s^2`, `W^2_L` and `W^2_GL`. The relu is that of the authors' code;
    equation 2 has none.

    Args:
        units: int. Size of the projection of each segment. Defaults to `24`.
        latent_initializer: str. Keras initializer of the projection's kernel; the authors'
            code has `"glorot_normal"` here and `"glorot_uniform"` for the score's kernel.
            Defaults to `"glorot_uniform"`.
        **kwargs: arguments of `keras.layers.Layer`.

    Call arguments:
        inputs: tensor of shape `(batch, segments, latent)`, the latent features `r` of the
            detection branch. The number of segments is fixed.

    Returns:
        A tensor of shape `(batch, segments)`, between zero and one.

    Example:

    >>> import numpy as np
    >>> beta = SecondLevelAttention(units=8)(np.ones((2, 32, 96), "float32"))
    >>> tuple(beta.shape)
    (2, 32)

    Reference:
        - Majhi et al., FG 2021, equation 2 and figure 3.
    """

    def __init__(self, units=24, latent_initializer="glorot_uniform", **kwargs):
        super().__init__(**kwargs)
        self.units = units
        self.latent_initializer = latent_initializer

    def build(self, input_shape):
        if len(input_shape) != 3 or input_shape[1] is None:
            raise ValueError(
                f"{self.name}: expected inputs of shape (batch, segments, latent) with a "
                f"fixed number of segments. Received: input_shape={tuple(input_shape)}"
            )
        num_segments = input_shape[1]
        self.latent = TimeDistributedDense(
            self.units,
            activation="relu",
            kernel_initializer=self.latent_initializer,
            name="latent",
            dtype=self.dtype_policy,
        )
        self.latent.build(input_shape)
        self.score = keras.layers.Dense(num_segments, name="score", dtype=self.dtype_policy)
        self.score.build((input_shape[0], num_segments * self.units))

    def call(self, inputs):
        latent = self.latent(inputs)
        side_by_side = ops.reshape(latent, (-1, latent.shape[1] * latent.shape[2]))
        return ops.sigmoid(self.score(side_by_side))

    def compute_output_shape(self, input_shape):
        return input_shape[:2]

    def get_config(self):
        return {
            **super().get_config(),
            "units": self.units,
            "latent_initializer": self.latent_initializer,
        }
