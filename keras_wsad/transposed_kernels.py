"""Products with large kernels in inference, by TensorFlow on a CPU.

There a kernel is copied into another order for each product. In `(K^T x^T)^T` the features
are in its place, and the kernel is read as it lies. And two large products at a time share
the cores, so they take turns.
"""

import math

from keras import ops

from keras_wsad.gpu import has_gpu
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
        Of kernels that are not computed with in float32 there is none, and where there is a
        GPU of none.
    """
    copies = {}
    if has_gpu():
        return copies
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
                inputs = tf.identity(inputs)
            rows = tf.reshape(inputs, (-1, copy.shape[1]))
            product = tf.transpose(tf.matmul(copy, rows, transpose_b=True))
            before.append(product)
            return tf.reshape(product, (*tf.unstack(tf.shape(inputs)[:-1]), copy.shape[0]))

        return way

    return {key: way_by(copy) for key, copy in copies.items()}
