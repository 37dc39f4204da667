import keras
from keras import ops

from keras_wsad.hardware import has_gpu
from keras_wsad.layers.hard_sigmoid import keras1_hard_sigmoid

# Derivative of a gate as a function of its value.
_SLOPES = {
    keras.activations.sigmoid: lambda gate: gate * (1 - gate),
    keras1_hard_sigmoid: lambda gate: (
        0.2 * ops.cast(ops.logical_and(gate > 0, gate < 1), gate.dtype)
    ),
}


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
    is faster than one of `batch` rows per segment. The gradient is written by hand for the
    same reason: its loop only carries `dh` and `dc` back, and the gradient of `U` is one
    product afterwards instead of a sum over the segments. It recomputes the gates instead
    of storing them, and has no second derivative.

    Arguments, weights and, up to rounding, results are those of `keras.layers.LSTM`. That
    layer itself runs if cuDNN has a kernel (`sigmoid` gates and a bias, on a GPU), and with
    a mask, dropout, a returned or stateful state, or activations other than the paper's.
    Under mixed precision states and gates are float32, products in the compute dtype.

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
        loop = (
            ops.transpose(projected, (1, 0, 2)),
            ops.cast(cell.recurrent_kernel, self.compute_dtype),
            *(ops.cast(state, precision) for state in initial_state),
            cell.recurrent_activation,
        )
        hidden = _recur_to_learn(*loop) if training else _recur(*loop)[0]
        last = hidden[-1]
        outputs = (
            ops.transpose(hidden, (1, 0, 2)) if self.return_sequences else last[:, None]
        )
        # The final states are unused: they are neither returned nor kept.
        return last, outputs, initial_state

    def _has_kernel(self):
        """Whether Keras would use a cuDNN kernel."""
        return (
            self.recurrent_activation is keras.activations.sigmoid
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
            and self.activation is keras.activations.tanh
            and self.recurrent_activation in _SLOPES
        )


def _recur(projected, kernel, first_hidden, first_cell, gate):
    """Runs the loop over projected inputs `(segments, batch, 4 units)`.

    Returns:
        Two tensors `(segments, batch, units)`, hidden and cell states.
    """

    def step(states, projected):
        hidden, cell = states
        product = ops.matmul(ops.cast(hidden, kernel.dtype), kernel)
        i, f, o, g = _gates(projected, product, gate, cell.dtype)
        cell = f * cell + i * g
        hidden = o * ops.tanh(cell)
        return [hidden, cell], [hidden, cell]

    return ops.scan(step, [first_hidden, first_cell], projected)[1]


def _recur_to_learn(projected, kernel, first_hidden, first_cell, gate):
    """Returns the hidden states of `_recur`, with a gradient written by hand."""

    @ops.custom_gradient
    def run(projected, kernel, first_hidden, first_cell):
        hiddens, cells = _recur(projected, kernel, first_hidden, first_cell, gate)

        def gradient(*saved, upstream=None):
            # PyTorch passes the saved tensors as well, and `upstream` by name.
            upstream = saved[0] if upstream is None else upstream
            before = ops.concatenate([first_hidden[None], hiddens[:-1]])
            before = ops.cast(before, kernel.dtype)
            cells_before = ops.concatenate([first_cell[None], cells[:-1]])
            i, f, o, g = _gates(projected, ops.matmul(before, kernel), gate, cells.dtype)
            slope, tanh = _SLOPES[gate], ops.tanh(cells)
            # Factors of dh and dc in each segment.
            into_cell = o * (1 - tanh * tanh)
            into_gates = ops.concatenate(
                [g * slope(i), cells_before * slope(f), i * (1 - g * g), tanh * slope(o)],
                axis=-1,
            )
            back = ops.transpose(kernel)

            def step(carried, segment):
                dh, dc, _ = carried
                upstream, into_cell, into_gates, f = segment
                dh = dh + upstream
                dc = dc + dh * into_cell
                dz = ops.concatenate([dc, dc, dc, dh], axis=-1) * into_gates
                dz = ops.cast(dz, kernel.dtype)
                dh = ops.cast(ops.matmul(dz, back), dc.dtype)
                return [dh, dc * f, dz], [dh, dc * f, dz]

            # Outputs of `scan` need the structure of the carry, which so includes dz.
            start = [first_hidden, first_cell, projected[0]]
            start = [ops.zeros_like(tensor) for tensor in start]
            segments = (ops.cast(upstream, cells.dtype), into_cell, into_gates, f)
            (dh, dc, _), (_, _, dz) = ops.scan(step, start, segments, reverse=True)
            units = kernel.shape[0]
            dkernel = ops.matmul(
                ops.transpose(ops.reshape(before, (-1, units))),
                ops.reshape(dz, (-1, 4 * units)),
            )
            return dz, dkernel, dh, dc

        return ops.cast(hiddens, kernel.dtype), gradient

    return run(projected, kernel, first_hidden, first_cell)


def _gates(projected, product, gate, dtype):
    """Returns the gates i, f, o and the candidate g."""
    total = ops.cast(projected, dtype) + ops.cast(product, dtype)
    i, f, g, o = ops.split(total, 4, axis=-1)
    return gate(i), gate(f), gate(o), ops.tanh(g)
