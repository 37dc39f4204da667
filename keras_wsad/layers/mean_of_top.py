import keras
from keras import ops


@keras.saving.register_keras_serializable("keras_wsad")
class MeanOfTop(keras.layers.Layer):
    """Mean of the highest scores of a video: its score as a bag of segments.

    ```
    s = mean of the k highest x_t,   k = T // divisor + 1
    ```

    Args:
        divisor: int. Defaults to `16`.
        **kwargs: arguments of `keras.layers.Layer`.

    Call arguments:
        inputs: tensor of shape `(batch, segments, scores)`. Each of the scores has its own
            highest segments.

    Returns:
        A tensor of shape `(batch, scores)`.

    Example:

    >>> import numpy as np
    >>> scores = np.array([[[1.0], [3.0], [0.0]]])
    >>> np.asarray(MeanOfTop(divisor=2)(scores)).tolist()
    [[2.0]]

    Reference:
        - [Wu et al., 2024](https://arxiv.org/abs/2308.11681), who take it of segment
          scores and of class similarities.
    """

    def __init__(self, divisor=16, **kwargs):
        super().__init__(**kwargs)
        self.divisor = divisor

    def build(self, input_shape):
        if len(input_shape) != 3:
            raise ValueError(
                f"{self.name}: expected inputs of shape (batch, segments, scores). "
                f"Received: input_shape={tuple(input_shape)}"
            )

    def call(self, inputs):
        top, _ = ops.top_k(ops.swapaxes(inputs, 1, 2), inputs.shape[1] // self.divisor + 1)
        return ops.mean(top, axis=-1)

    def compute_output_shape(self, input_shape):
        return (input_shape[0], input_shape[2])

    def get_config(self):
        return {**super().get_config(), "divisor": self.divisor}
