import keras


@keras.saving.register_keras_serializable("keras_wsad")
class TimeDistributedDense(keras.layers.Dense):
    """A dense layer that all segments of a video share.

    ```
    y_t = activation(W x_t + b)          (batch, segments, units)
    ```

    The Keras of the paper's time had a layer of this name. `keras.layers.Dense` now does
    the same to the last axis of its inputs; this layer also checks that there is an axis
    of segments before it. Masks are passed on.

    Args:
        *args: arguments of `keras.layers.Dense`.
        **kwargs: likewise.

    Call arguments:
        inputs: tensor of shape `(batch, segments, features)`.

    Returns:
        A tensor of shape `(batch, segments, units)`.

    Raises:
        ValueError: the inputs have another number of axes.

    Example:

    >>> import numpy as np
    >>> tuple(TimeDistributedDense(6)(np.ones((2, 32, 8), "float32")).shape)
    (2, 32, 6)

    Reference:
        - Majhi et al., FG 2021, sections III.C and III.D: "time-distributed perceptrons".
    """

    def build(self, input_shape):
        if len(input_shape) != 3:
            raise ValueError(
                f"{self.name}: expected inputs of shape (batch, segments, features). "
                f"Received: input_shape={tuple(input_shape)}"
            )
        super().build(input_shape)
