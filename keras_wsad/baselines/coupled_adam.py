import keras


@keras.saving.register_keras_serializable("keras_wsad")
class CoupledAdam(keras.optimizers.Adam):
    """Adam with an L2 penalty in the gradient, as `torch.optim.Adam(weight_decay=...)`.

    ```
    g <- g + l2 w          for every variable, biases and norms included
    ```

    The penalty then passes through Adam's moments. `keras.optimizers.AdamW` subtracts it
    beside them, which is another algorithm.

    Args:
        learning_rate: float. Defaults to `1e-3`.
        l2: float. Defaults to `0`.
        epsilon: float. Defaults to `1e-8`, that of PyTorch.
        **kwargs: arguments of `keras.optimizers.Adam`.

    Reference:
        - [Loshchilov and Hutter, 2019](https://arxiv.org/abs/1711.05101), algorithm 2, on
          the difference.
    """

    def __init__(self, learning_rate=1e-3, l2=0.0, epsilon=1e-8, **kwargs):
        super().__init__(learning_rate, epsilon=epsilon, **kwargs)
        self.l2 = l2

    def update_step(self, gradient, variable, learning_rate):
        super().update_step(gradient + self.l2 * variable, variable, learning_rate)

    def get_config(self):
        return {**super().get_config(), "l2": self.l2}
