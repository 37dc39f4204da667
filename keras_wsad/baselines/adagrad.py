import keras


def adagrad(learning_rate):
    """Adagrad of Keras 1, with an epsilon of 1e-8, as used by Sultani et al.

    ```
    a <- a + g^2,  a = 0 at first;   w <- w - learning_rate g / (sqrt(a) + 1e-8)
    ```

    Keras 3 starts from `a = 0.1` by default, which stalls learning from small gradients for
    thousands of steps. Its epsilon is inside the root and is set to the square of 1e-8.

    Args:
        learning_rate: float.

    Returns:
        A `keras.optimizers.Adagrad`.
    """
    return keras.optimizers.Adagrad(
        learning_rate, initial_accumulator_value=0.0, epsilon=1e-16
    )
