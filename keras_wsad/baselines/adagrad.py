import keras


def adagrad(learning_rate):
    """Adagrad as used by Sultani et al.: Keras 1's, with an epsilon of 1e-8.

    ```
    a <- a + g^2,  a = 0 at the beginning;   w <- w - learning_rate g / (sqrt(a) + 1e-8)
    ```

    Keras 3 begins with `a = 0.1` by default, which all but stops learning from small
    gradients for thousands of steps. Its epsilon is inside the root, so that it is set to
    the square of 1e-8.

    Args:
        learning_rate: float.

    Returns:
        A `keras.optimizers.Adagrad`.
    """
    return keras.optimizers.Adagrad(
        learning_rate, initial_accumulator_value=0.0, epsilon=1e-16
    )
