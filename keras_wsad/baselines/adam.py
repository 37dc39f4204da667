import keras


@keras.saving.register_keras_serializable("keras_wsad")
class Adam(keras.optimizers.Adam):
    """`keras.optimizers.Adam`, a variable's step in one kernel where there is one.

    TensorFlow has a kernel that reads and writes weights and both moments once, where the
    formula of Keras passes over them a dozen times. The step is the same up to rounding,
    and so are the variables: a checkpoint of one goes on with the other. On other backends
    it computes what the optimizer of Keras does, which `make_adam` takes there.

    Args:
        *args: arguments of `keras.optimizers.Adam`.
        **kwargs: likewise.

    Reference:
        - [Kingma and Ba, 2015](https://arxiv.org/abs/1412.6980), the order of computation
          at the end of section 2.
    """

    def update_step(self, gradient, variable, learning_rate):
        if keras.backend.backend() != "tensorflow" or not self._has_kernel(gradient):
            super().update_step(gradient, variable, learning_rate)
            return
        import tensorflow as tf

        index, dtype = self._get_variable_index(variable), variable.dtype
        beta_1, beta_2 = tf.cast(self.beta_1, dtype), tf.cast(self.beta_2, dtype)
        step = tf.cast(self.iterations + 1, dtype)
        tf.raw_ops.ResourceApplyAdam(
            # Keras hands over the variable of TensorFlow, and keeps its own for the rest.
            var=variable.handle,
            m=self._momentums[index].value.handle,
            v=self._velocities[index].value.handle,
            beta1_power=beta_1**step,
            beta2_power=beta_2**step,
            lr=tf.cast(learning_rate, dtype),
            beta1=beta_1,
            beta2=beta_2,
            epsilon=tf.cast(self.epsilon, dtype),
            grad=tf.cast(gradient, dtype),
        )

    def _has_kernel(self, gradient):
        import tensorflow as tf

        sparse = isinstance(gradient, tf.IndexedSlices)
        return not (self.amsgrad or sparse or tf.distribute.has_strategy())


def make_adam(learning_rate):
    """Returns the Adam that suits the backend in use.

    Args:
        learning_rate: float.

    Returns:
        An `Adam` on TensorFlow. On other backends that of Keras itself, in whose place
        Keras puts, on PyTorch, one that updates all variables together.
    """
    if keras.backend.backend() == "tensorflow":
        return Adam(learning_rate)
    return keras.optimizers.Adam(learning_rate)
