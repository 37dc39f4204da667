import keras
from keras import ops


@keras.saving.register_keras_serializable("keras_wsad")
class SegmentAttention(keras.layers.Layer):
    """Weights the segments of a video, each by its own features.

    The same perceptron scores every segment; the softmax is over the segments:

    ```
    w = softmax_t(W_3 tanh(W_2 tanh(W_1 F_t + b_1) + b_2) + b_3)     (batch, segments)
    ```

    Args:
        units: tuple of ints. Sizes of the hidden layers. Defaults to `(256, 64)`.
        **kwargs: arguments of `keras.layers.Layer`.

    Call arguments:
        inputs: tensor of shape `(batch, segments, features)`.

    Returns:
        A tensor of shape `(batch, segments)`; the weights of a video sum to one.

    Example:

    >>> import numpy as np
    >>> weights = SegmentAttention(units=(8, 4))(np.ones((2, 32, 16), "float32"))
    >>> tuple(weights.shape)
    (2, 32)

    Reference:
        - [Zhu and Newsam, 2019](https://arxiv.org/abs/1907.10211).
    """

    def __init__(self, units=(256, 64), **kwargs):
        super().__init__(**kwargs)
        self.units = tuple(units)

    def build(self, input_shape):
        if len(input_shape) != 3:
            raise ValueError(
                f"{self.name}: expected inputs of shape (batch, segments, features). "
                f"Received: input_shape={tuple(input_shape)}"
            )
        sizes = (*self.units, 1)
        activations = (*["tanh"] * len(self.units), None)
        self.steps, shape = [], tuple(input_shape)
        for size, activation in zip(sizes, activations, strict=True):
            step = keras.layers.Dense(
                size,
                activation=activation,
                name=f"step_{len(self.steps)}",
                dtype=self.dtype_policy,
            )
            step.build(shape)
            self.steps.append(step)
            shape = (*shape[:-1], size)

    def call(self, inputs):
        x = inputs
        for step in self.steps:
            x = step(x)
        return ops.softmax(x[..., 0], axis=-1)

    def compute_output_shape(self, input_shape):
        return input_shape[:2]

    def get_config(self):
        return {**super().get_config(), "units": self.units}
