"""Products with large kernels in inference, on TensorFlow.

TensorFlow copies a kernel into an order of its own for each product, which for a few videos
takes longer than the product does. In `(K^T x^T)^T` the kernel is the operand that it reads
as it lies. And two large products at a time are in each other's way, so they take turns.
"""

import math

from keras import ops

from keras_wsad.layers import LSTM
from keras_wsad.layers import Dense

# Numbers in a kernel from which it is worth a copy.
_LARGE = 1 << 20


def transpose_kernels(model):
    """Copies the large kernels of a model, transposed.

    Args:
        model: `keras.Model`.

    Returns:
        A dict from the `id` of a kernel to the copy, a tensor of shape `(units, features)`.
        Of kernels that are not computed with in float32 there is none.
    """
    copies = {}
    for layer in model._flatten_layers():
        if layer.compute_dtype != "float32" or not isinstance(layer, (Dense, LSTM)):
            continue
        kernel = layer.cell.kernel if isinstance(layer, LSTM) else layer.kernel
        if math.prod(kernel.shape) >= _LARGE:
            copies[id(kernel)] = ops.transpose(kernel)
    return copies


def ways_by_transposed(copies):
    """Returns the ways for `products_by`, to be used in one function of TensorFlow.

    Args:
        copies: dict, as `transpose_kernels` returns it.
    """
    import tensorflow as tf

    before = []

    def way_by(copy):
        def way(inputs):
            with tf.control_dependencies(before[-1:]):
                rows = tf.reshape(inputs, (-1, copy.shape[1]))
            product = tf.transpose(tf.matmul(copy, rows, transpose_b=True))
            before.append(product)
            return tf.reshape(product, (*tf.unstack(tf.shape(inputs)[:-1]), copy.shape[0]))

        return way

    return {key: way_by(copy) for key, copy in copies.items()}
