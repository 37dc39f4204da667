import keras
from keras import ops

from keras_wsad.layers.product import product


@keras.saving.register_keras_serializable("keras_wsad")
class Dense(keras.layers.Dense):
    """`keras.layers.Dense` of features that an attention strengthens.

    ```
    y_t = W (x_t + a_t x_t) + b = (1 + a_t) W x_t + b
    ```

    Both are the same, but the second never builds the strengthened features, which in
    training are the largest tensors of all, with a gradient each. Dropout of the inputs
    may come before for the same reason. Without an attention it is the layer of Keras,
    whose name it keeps because files of weights are laid out by the names of classes.

    Args:
        *args: arguments of `keras.layers.Dense`.
        **kwargs: likewise.

    Call arguments:
        inputs: tensor of shape `(batch, segments, features)`.
        attention: tensor of shape `(batch, segments)`, or `None`. Defaults to `None`.

    Returns:
        A tensor of shape `(batch, segments, units)`.

    Example:

    >>> import numpy as np
    >>> dense = Dense(1, kernel_initializer="ones")
    >>> np.asarray(dense(np.ones((1, 2, 3)), np.array([[0.0, 0.5]]))).tolist()
    [[[3.0], [4.5]]]

    Reference:
        - Majhi et al., FG 2021, section III.C.
    """

    def call(self, inputs, attention=None, training=None):
        x = product(inputs, self.kernel)
        if attention is not None:
            x = x + ops.expand_dims(attention, -1) * x
        if self.use_bias:
            x = x + self.bias
        return x if self.activation is None else self.activation(x)
