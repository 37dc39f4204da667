import keras
import numpy as np
from keras import ops


def value(loss, y_true, y_pred):
    """The loss as a float."""
    y_true = ops.convert_to_tensor(y_true)
    return float(loss(y_true, ops.convert_to_tensor(y_pred)))


def check_serialization(loss):
    """Checks that a loss comes back from its serialised form with all of its settings."""
    again = keras.losses.deserialize(keras.losses.serialize(loss))
    assert type(again) is type(loss)
    assert again.get_config() == loss.get_config()


def gradient(loss, y_true, y_pred):
    """The gradient of the loss at `y_pred`, by whatever backend is in use."""
    y_true = ops.convert_to_tensor(y_true)
    y_pred = np.asarray(y_pred, "float32")
    backend = keras.backend.backend()
    if backend == "tensorflow":
        import tensorflow as tf

        y_pred = tf.convert_to_tensor(y_pred)
        with tf.GradientTape() as tape:
            tape.watch(y_pred)
            result = loss(y_true, y_pred)
        return tape.gradient(result, y_pred).numpy()
    if backend == "jax":
        import jax

        return np.asarray(jax.grad(lambda scores: loss(y_true, scores))(y_pred))
    y_pred = ops.convert_to_tensor(y_pred).requires_grad_()
    loss(y_true, y_pred).backward()
    return y_pred.grad.cpu().numpy()
