import keras
from keras import ops

from keras_wsad.hardware import has_gpu


@keras.saving.register_keras_serializable("keras_wsad")
class LSTM(keras.layers.LSTM):
    """`keras.layers.LSTM` with the input projection computed outside the time loop.

    ```
    P   = X W + b                                   all segments at once
    z_t = P_t + h_{t-1} U                           in the loop, (batch, 4 units)
    i, f, o = gate(z_i), gate(z_f), gate(z_o);   g = tanh(z_g)
    c_t = f c_{t-1} + i g;   h_t = o tanh(c_t)
    ```

    The input projection is most of the work, and one product of `(batch x segments)` rows
    is faster than one of `batch` rows per segment.

    Arguments, weights and, up to rounding, results are those of `keras.layers.LSTM`. That
    layer itself runs if cuDNN has a kernel (`sigmoid` gates and a bias, on a GPU), and with
    a mask, dropout, or a returned or stateful state. Under mixed precision states and gates
    are float32, products in the compute dtype.

    Args:
        *args: arguments of `keras.layers.LSTM`.
        **kwargs: arguments of `keras.layers.LSTM`.

    Call arguments:
        sequences: tensor of shape `(batch, segments, features)`.

    Returns:
        A tensor of shape `(batch, segments, units)` with `return_sequences`, or
        `(batch, units)`.

    Example:

    >>> import numpy as np
    >>> tuple(LSTM(6, return_sequences=True)(np.ones((2, 32, 8), "float32")).shape)
    (2, 32, 6)
    """

    def inner_loop(self, sequences, initial_state, mask, training=False):
        if not self._is_plain(mask, training) or self._has_kernel():
            return super().inner_loop(sequences, initial_state, mask, training=training)
        cell = self.cell
        # Rounding errors of the states would add up over the segments.
        precision = keras.backend.result_type(self.compute_dtype, "float32")
        projected = ops.matmul(sequences, cell.kernel)
        if cell.use_bias:
            projected = projected + ops.cast(cell.bias, self.compute_dtype)
        recurrent_kernel = ops.cast(cell.recurrent_kernel, self.compute_dtype)

        def step(states, projected):
            hidden, memory = states
            product = ops.matmul(ops.cast(hidden, self.compute_dtype), recurrent_kernel)
            z = ops.cast(projected, precision) + ops.cast(product, precision)
            i, f, g, o = ops.split(z, 4, axis=-1)
            i, f, o = (self.recurrent_activation(gate) for gate in (i, f, o))
            memory = f * memory + i * self.activation(g)
            hidden = o * self.activation(memory)
            # On TensorFlow what a step gives must have the form of its states.
            return [hidden, memory], [hidden, memory]

        states = [ops.cast(state, precision) for state in initial_state]
        _, (hidden, _) = ops.scan(step, states, ops.transpose(projected, (1, 0, 2)))
        hidden = ops.cast(hidden, self.compute_dtype)
        last = hidden[-1]
        outputs = (
            ops.transpose(hidden, (1, 0, 2)) if self.return_sequences else last[:, None]
        )
        # The final states are unused: they are neither returned nor kept.
        return last, outputs, initial_state

    def _has_kernel(self):
        """Whether Keras would use a cuDNN kernel."""
        return (
            self.activation is keras.activations.tanh
            and self.recurrent_activation is keras.activations.sigmoid
            and self.cell.use_bias
            and self.use_cudnn is not False
            and has_gpu()
        )

    def _is_plain(self, mask, training):
        return (
            mask is None
            and not (training and (self.dropout or self.recurrent_dropout))
            and not (self.return_state or self.stateful)
            and not (self.go_backwards or self.unroll)
        )
