import keras
from keras import ops


@keras.saving.register_keras_serializable("keras_wsad")
class FeatureSimilarityGraph(keras.layers.Layer):
    """Joins segments of a video that look alike.

    ```
    A_ij = exp(x_i . x_j - max_k x_i . x_k)          from zero to one
    ```

    The inner product is that of the features as they come, not their cosine, and the row's
    largest is taken off it so that none overflows. Each row has a one. Every segment is a
    vertex of the graph.

    Args:
        **kwargs: arguments of `keras.layers.Layer`.

    Call arguments:
        inputs: tensor of shape `(batch, segments, features)`.

    Returns:
        A tensor of shape `(batch, segments, segments)`.

    Example:

    >>> import numpy as np
    >>> features = np.array([[[0.0], [1.0]]], "float32")
    >>> adjacency = np.asarray(FeatureSimilarityGraph()(features))
    >>> [round(float(weight), 4) for weight in adjacency[0, 1]]
    [0.3679, 1.0]

    Reference:
        - [Zhong et al., 2019](https://arxiv.org/abs/1903.07256), the feature similarity
          graph.
    """

    def call(self, inputs):
        products = ops.matmul(inputs, ops.swapaxes(inputs, -1, -2))
        return ops.exp(products - ops.max(products, axis=-1, keepdims=True))

    def compute_output_shape(self, input_shape):
        return (*input_shape[:-1], input_shape[-2])
