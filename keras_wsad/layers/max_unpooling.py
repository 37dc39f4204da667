import keras
from keras import ops


@keras.saving.register_keras_serializable("keras_wsad")
class MaxUnpooling(keras.layers.Layer):
    """Inverts a max pooling: each value goes back to the position of its window's maximum.

    All other positions are 0. If overlapping windows share a maximum, their values are
    summed; if a window attains its maximum several times, each position gets the value.
    No gradient flows through the positions of the maxima.

    Args:
        pool_size: int. Side of the pooling windows.
        strides: int. Stride of the pooling.
        **kwargs: arguments of `keras.layers.Layer`.

    Call arguments:
        inputs: a list of three tensors: the input of the pooling
            `(batch, height, width, channels)`, its output without padding, and the values
            to put back, of the shape of that output.

    Returns:
        A tensor of the shape of the pooling's input.

    Example:

    >>> import numpy as np
    >>> x = np.array([[1.0, 4.0, 2.0, 3.0]], "float32").reshape(1, 1, 4, 1)
    >>> x = np.concatenate([x, x - 1], axis=1)
    >>> pooled, values = x[:, :1, 1::2], np.array([[[[7.0], [8.0]]]], "float32")
    >>> put_back = MaxUnpooling(pool_size=2, strides=2)([x, pooled, values])
    >>> np.asarray(put_back)[0, :, :, 0].tolist()
    [[0.0, 7.0, 0.0, 8.0], [0.0, 0.0, 0.0, 0.0]]

    Reference:
        - [Zeiler and Fergus, 2014](https://arxiv.org/abs/1311.2901), section 2.1.
    """

    def __init__(self, pool_size, strides, **kwargs):
        super().__init__(**kwargs)
        self.pool_size = pool_size
        self.strides = strides

    def build(self, input_shape):
        whole, pooled, values = (tuple(shape) for shape in input_shape)
        expected = tuple(
            side if side is None else (side - self.pool_size) // self.strides + 1
            for side in whole[1:3]
        )
        if pooled[1:3] != expected or values[1:] != pooled[1:] or len(whole) != 4:
            raise ValueError(
                f"{self.name}: expected input and output of a pooling with pool_size="
                f"{self.pool_size}, strides={self.strides}, and values of the output's "
                f"shape. Received: input_shape={[whole, pooled, values]}"
            )

    def call(self, inputs):
        whole, pooled, values = inputs
        rows, columns = pooled.shape[1:3]
        step, reach = self.strides, (self.pool_size - 1) // self.strides
        down, right = rows + reach, columns + reach
        # Position (i, j) of all windows at once. Positions a multiple of the stride apart
        # fall on the same pixels of the input, in other windows. A slice with a stride
        # would take ten times as long as the one of a reshaped tensor.
        seen = _fit(whole, step * down, step * right)
        seen = ops.reshape(seen, (-1, down, step, right, step, whole.shape[-1]))
        grids = {}
        for i in range(self.pool_size):
            for j in range(self.pool_size):
                (top, row), (left, column) = divmod(i, step), divmod(j, step)
                of_windows = seen[:, top : top + rows, row, left : left + columns, column]
                is_maximum = ops.equal(of_windows, pooled)
                part = ops.where(is_maximum, values, ops.zeros_like(values))
                edges = ((0, 0), (top, reach - top), (left, reach - left), (0, 0))
                part = ops.pad(part, edges)
                grids[row, column] = grids.get((row, column), 0) + part
        empty = ops.zeros_like(grids[0, 0])
        put_back = ops.stack(
            [
                ops.stack([grids.get((row, column), empty) for column in range(step)], 3)
                for row in range(step)
            ],
            axis=2,
        )
        put_back = ops.reshape(put_back, (-1, step * down, step * right, values.shape[-1]))
        return _fit(put_back, *whole.shape[1:3])

    def compute_output_shape(self, input_shape):
        return input_shape[0]

    def get_config(self):
        return {
            **super().get_config(),
            "pool_size": self.pool_size,
            "strides": self.strides,
        }


def _fit(images, height, width):
    """Crops images on the right and below, or pads them with zeros."""
    missing = [max(height - images.shape[1], 0), max(width - images.shape[2], 0)]
    images = ops.pad(images, ((0, 0), (0, missing[0]), (0, missing[1]), (0, 0)))
    return images[:, :height, :width]
