"""The layers of VadCLIP."""

import keras
from keras import ops

from keras_wsad.baselines.torch_layers import unit_vectors


@keras.saving.register_keras_serializable("keras_wsad")
def quick_gelu(x):
    """Returns `x sigmoid(1.702 x)`, CLIP's approximation of GELU."""
    return x * ops.sigmoid(1.702 * x)


@keras.saving.register_keras_serializable("keras_wsad")
class Positions(keras.layers.Layer):
    """Adds a learnt vector to each place of a video, at first of deviation .01.

    Args:
        **kwargs: arguments of `keras.layers.Layer`.

    Call arguments:
        inputs: tensor of shape `(batch, segments, features)`.

    Returns:
        A tensor of that shape.
    """

    def build(self, input_shape):
        self.vectors = self.add_weight(
            shape=tuple(input_shape[1:]),
            initializer=keras.initializers.RandomNormal(stddev=0.01),
            name="vectors",
        )

    def call(self, inputs):
        return inputs + self.vectors

    def compute_output_shape(self, input_shape):
        return input_shape


@keras.saving.register_keras_serializable("keras_wsad")
class WindowAttention(keras.layers.Layer):
    """Attention of one head within windows that do not overlap.

    ```
    y = softmax(q k^T / sqrt d) v     over the segments j with j // window = i // window
    ```

    The last window is shorter if the segments do not fill it.

    Args:
        window: int. Defaults to `8`.
        **kwargs: arguments of `keras.layers.Layer`.

    Call arguments:
        inputs: a list of three tensors of shape `(batch, segments, features)`: queries,
            keys and values.

    Returns:
        A tensor of the shape of the values.
    """

    def __init__(self, window=8, **kwargs):
        super().__init__(**kwargs)
        self.window = window

    def call(self, inputs):
        queries, keys, values = inputs
        scale = queries.shape[-1] ** -0.5
        logits = ops.matmul(queries, ops.swapaxes(keys, 1, 2)) * scale
        window = ops.arange(queries.shape[1]) // self.window
        is_same = window[:, None] == window[None, :]
        weights = ops.softmax(ops.where(is_same, logits, float("-inf")))
        return ops.matmul(weights, values)

    def compute_output_shape(self, input_shape):
        return input_shape[2]

    def get_config(self):
        return {**super().get_config(), "window": self.window}


@keras.saving.register_keras_serializable("keras_wsad")
class CosineGraph(keras.layers.Layer):
    """Adjacency of a graph that joins segments with like features.

    ```
    A_i = softmax over j of (cos(x_i, x_j) if it exceeds the threshold, otherwise 0)
    ```

    Args:
        threshold: float. Defaults to `0.7`.
        **kwargs: arguments of `keras.layers.Layer`.

    Call arguments:
        inputs: tensor of shape `(batch, segments, features)`.

    Returns:
        A tensor of shape `(batch, segments, segments)`, whose rows sum to one.
    """

    def __init__(self, threshold=0.7, **kwargs):
        super().__init__(**kwargs)
        self.threshold = threshold

    def call(self, inputs):
        unit = unit_vectors(inputs)
        cosines = ops.matmul(unit, ops.swapaxes(unit, 1, 2))
        return ops.softmax(ops.where(cosines > self.threshold, cosines, 0.0))

    def compute_output_shape(self, input_shape):
        return (*input_shape[:-1], input_shape[-2])

    def get_config(self):
        return {**super().get_config(), "threshold": self.threshold}


@keras.saving.register_keras_serializable("keras_wsad")
class ClassVectors(keras.layers.Layer):
    """Learnt vectors of the classes, each added to that of the video.

    ```
    u_c = C_c + v / |v|
    loss += separation * mean over c of |cos(C_normal, C_c)|,   c anomalous
    ```

    Args:
        num_classes: int.
        normal: int. The class of normal videos.
        separation: float. Defaults to `0.1`.
        **kwargs: arguments of `keras.layers.Layer`.

    Call arguments:
        inputs: tensor of shape `(batch, 1, features)`.

    Returns:
        A tensor of shape `(batch, classes, features)`.
    """

    def __init__(self, num_classes, normal, separation=0.1, **kwargs):
        super().__init__(**kwargs)
        self.num_classes = num_classes
        self.normal = normal
        self.separation = separation

    def build(self, input_shape):
        width = input_shape[-1]
        self.vectors = self.add_weight(
            shape=(self.num_classes, width),
            initializer=keras.initializers.RandomNormal(stddev=width**-0.5),
            regularizer=self._cosines,
            name="vectors",
        )

    def _cosines(self, vectors):
        unit = unit_vectors(vectors)
        cosines = ops.abs(ops.matmul(unit, unit[self.normal]))
        # Without that of the normal vector with itself.
        others = ops.sum(cosines) - cosines[self.normal]
        return self.separation * others / (self.num_classes - 1)

    def call(self, inputs):
        return unit_vectors(inputs) + self.vectors[None]

    def compute_output_shape(self, input_shape):
        return (input_shape[0], self.num_classes, input_shape[-1])

    def get_config(self):
        return {
            **super().get_config(),
            "num_classes": self.num_classes,
            "normal": self.normal,
            "separation": self.separation,
        }


@keras.saving.register_keras_serializable("keras_wsad")
class Cosines(keras.layers.Layer):
    """Cosines of segments with classes, over a temperature; in float32.

    Args:
        temperature: float. Defaults to `0.07`.
        **kwargs: arguments of `keras.layers.Layer`.

    Call arguments:
        inputs: a list of two tensors of shapes `(batch, segments, features)` and
            `(batch, classes, features)`.

    Returns:
        A tensor of shape `(batch, segments, classes)`.
    """

    def __init__(self, temperature=0.07, **kwargs):
        super().__init__(**{"dtype": "float32", **kwargs})
        self.temperature = temperature

    def call(self, inputs):
        segments, classes = map(unit_vectors, inputs)
        return ops.matmul(segments, ops.swapaxes(classes, 1, 2)) / self.temperature

    def compute_output_shape(self, input_shape):
        segments, classes = input_shape
        return (*segments[:-1], classes[1])

    def get_config(self):
        return {**super().get_config(), "temperature": self.temperature}
