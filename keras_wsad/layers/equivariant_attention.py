import keras
from keras import ops

from keras_wsad.layers.time_distributed_dense import TimeDistributedDense


@keras.saving.register_keras_serializable("keras_wsad")
class EquivariantAttention(keras.layers.Layer):
    """Second-level attention that moves with the event: which segments decide the class.

    The same perceptron scores every segment, by what it is and by how it differs from the
    rest of the video:

    ```
    m    = mean_t r_t
    s_t  = w relu(W [r_t, m, r_t - m] + b) + c       (batch, segments)
    beta = softmax_t(s)                              (batch, segments)
    ```

    In `SecondLevelAttention` (equation 2) the last layer has weights for each place. Here
    all segments share them: move the event and the attention moves along, and a video may
    have any number of segments.

    Args:
        units: int. Size of the hidden layer. Defaults to `24`.
        **kwargs: arguments of `keras.layers.Layer`.

    Call arguments:
        inputs: tensor of shape `(batch, segments, latent)`, the latent features `r` of the
            detection branch.

    Returns:
        A tensor of shape `(batch, segments)`; a video's attention sums to one.

    Example:

    >>> import numpy as np
    >>> beta = EquivariantAttention(units=8)(np.ones((2, 32, 96), "float32"))
    >>> tuple(beta.shape)
    (2, 32)
    """

    def __init__(self, units=24, **kwargs):
        super().__init__(**kwargs)
        self.units = units

    def build(self, input_shape):
        if len(input_shape) != 3:
            raise ValueError(
                f"{self.name}: expected inputs of shape (batch, segments, latent). "
                f"Received: input_shape={tuple(input_shape)}"
            )
        wide = (*input_shape[:2], 3 * input_shape[2])
        self.latent = TimeDistributedDense(
            self.units, activation="relu", name="latent", dtype=self.dtype_policy
        )
        self.latent.build(wide)
        self.score = TimeDistributedDense(1, name="score", dtype=self.dtype_policy)
        self.score.build((*input_shape[:2], self.units))

    def call(self, inputs):
        mean = ops.mean(inputs, axis=1, keepdims=True)
        mean = ops.broadcast_to(mean, ops.shape(inputs))
        compared = ops.concatenate([inputs, mean, inputs - mean], axis=-1)
        return ops.softmax(self.score(self.latent(compared))[..., 0], axis=-1)

    def compute_output_shape(self, input_shape):
        return input_shape[:2]

    def get_config(self):
        return {**super().get_config(), "units": self.units}
