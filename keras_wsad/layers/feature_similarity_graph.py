import keras
from keras import ops


@keras.saving.register_keras_serializable("keras_wsad")
class FeatureSimilarityGraph(keras.layers.Layer):
    """Adjacency of a graph that joins segments with similar features.

    ```
    A_ij = exp(x_i . x_j - max_k x_i . x_k)          from zero to one
    ```

    It is the inner product of the raw features, not their cosine. Subtracting the maximum
    of the row prevents overflow, so each row contains a 1. Every segment is a vertex of the
    graph.

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
