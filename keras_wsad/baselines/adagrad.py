import keras


def adagrad(learning_rate):
    """Adagrad as Sultani et al. had it, that of Keras 1 with an epsilon of 1e-8.

    ```
    a <- a + g^2,  a = 0 at the beginning;   w <- w - learning_rate g / (sqrt(a) + 1e-8)
    ```

    Keras 3 begins with `a = 0.1` by default, which keeps small gradients from learning for
    thousands of steps, and has its epsilon below the root, where the square of 1e-8 does
    the same.

    Args:
        learning_rate: float.

    Returns:
        A `keras.optimizers.Adagrad`.
    """
    return keras.optimizers.Adagrad(
        learning_rate, initial_accumulator_value=0.0, epsilon=1e-16
    )
