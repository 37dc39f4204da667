import keras


@keras.saving.register_keras_serializable("keras_wsad")
class TimeDistributedDense(keras.layers.Dense):
    """A dense layer applied to every segment of a video.

    ```
    y_t = activation(W x_t + b)          (batch, segments, units)
    ```

    Keras 1 had a layer of this name. `keras.layers.Dense` does the same on the last axis;
    this layer also checks that inputs have an axis of segments. Masks are passed on.

    Args:
        *args: arguments of `keras.layers.Dense`.
        **kwargs: arguments of `keras.layers.Dense`.

    Call arguments:
        inputs: tensor of shape `(batch, segments, features)`.

    Returns:
        A tensor of shape `(batch, segments, units)`.

    Raises:
        ValueError: the inputs do not have three axes.

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
