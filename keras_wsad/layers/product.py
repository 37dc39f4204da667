"""The product of features and a kernel, which may be taken another way."""

import contextlib
import contextvars

from keras import ops

_ways = contextvars.ContextVar("ways", default=None)


@contextlib.contextmanager
def products_by(ways):
    """Takes the products of some kernels in ways of their own, while the block runs.

    Args:
        ways: dict from the `id` of a kernel, a `keras.Variable`, to a function that takes
            what `product` does, without the kernel, and returns the same.
    """
    token = _ways.set(ways)
    try:
        yield
    finally:
        _ways.reset(token)


def product(inputs, kernel):
    """Returns `inputs @ kernel`.

    Args:
        inputs: tensor of shape `(..., features)`.
        kernel: `keras.Variable` of shape `(features, units)`.

    Returns:
        A tensor of shape `(..., units)`.

    Example:

    >>> import keras, numpy as np
    >>> kernel = keras.Variable(np.ones((3, 1)))
    >>> with products_by({id(kernel): lambda inputs: -ops.matmul(inputs, kernel)}):
    ...     float(product(np.ones((1, 1, 3), "float32"), kernel)[0, 0, 0])
    -3.0
    """
    way = (_ways.get() or {}).get(id(kernel))
    return ops.matmul(inputs, kernel) if way is None else way(inputs)
