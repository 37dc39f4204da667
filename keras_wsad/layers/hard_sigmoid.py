import keras
from keras import ops


@keras.saving.register_keras_serializable("keras_wsad")
def keras1_hard_sigmoid(x):
    """The hard sigmoid of Keras before 3: `clip(0.2 x + 0.5, 0, 1)`.

    LSTM gates had it by default before Keras 2.3, on which the authors' code likely ran.
    The function of that name in Keras 3 has another slope, `clip(x / 6 + 0.5, 0, 1)`.

    Args:
        x: tensor.

    Returns:
        A tensor of the same shape.

    Example:

    >>> import numpy as np
    >>> gate = keras1_hard_sigmoid(np.array([-3.0, 0.0, 1.0]))
    >>> [round(float(value), 4) for value in gate]
    [0.0, 0.5, 0.7]
    """
    return ops.clip(0.2 * x + 0.5, 0.0, 1.0)
