import keras
from keras import ops


@keras.saving.register_keras_serializable("keras_wsad")
class GraphConvolution(keras.layers.Layer):
    """Graph convolution over the segments of a video.

    ```
    H = activation(D^-1/2 A D^-1/2 X W),   D = diagonal of the row sums of A
    ```

    `A` is the adjacency of the graph, self-loops included. There is no bias. Every segment
    is a vertex of the graph.

    Args:
        units: int. Size of the output of each segment.
        activation: str or callable. Defaults to `None`.
        **kwargs: arguments of `keras.layers.Layer`.

    Call arguments:
        inputs: a list of two tensors, `X` of shape `(batch, segments, features)` and `A`
            of shape `(batch, segments, segments)`, with positive row sums.

    Returns:
        A tensor of shape `(batch, segments, units)`.

    Example:

    >>> import numpy as np
    >>> features, adjacency = np.ones((1, 32, 16), "float32"), np.ones((1, 32, 32))
    >>> tuple(GraphConvolution(units=8)([features, adjacency]).shape)
    (1, 32, 8)

    Reference:
        - [Kipf & Welling, 2017](https://arxiv.org/abs/1609.02907), equation 2.
        - [Zhong et al., 2019](https://arxiv.org/abs/1903.07256).
    """

    def __init__(self, units, activation=None, **kwargs):
        super().__init__(**kwargs)
        self.units = units
        self.activation = keras.activations.get(activation)

    def build(self, input_shape):
        features, adjacency = (tuple(shape) for shape in input_shape)
        if len(features) != 3 or adjacency[1:] != (features[1], features[1]):
            raise ValueError(
                f"{self.name}: expected features (batch, segments, features) and adjacency "
                "(batch, segments, segments). "
                f"Received: input_shape={[features, adjacency]}"
            )
        self.kernel = self.add_weight(
            shape=(features[-1], self.units), initializer="glorot_uniform", name="kernel"
        )

    def call(self, inputs):
        features, adjacency = inputs
        scale = ops.rsqrt(ops.sum(adjacency, axis=-1))
        normalized = scale[..., :, None] * adjacency * scale[..., None, :]
        projected = ops.matmul(features, self.kernel)
        return self.activation(ops.matmul(normalized, projected))

    def compute_output_shape(self, input_shape):
        return (*input_shape[0][:-1], self.units)

    def get_config(self):
        return {
            **super().get_config(),
            "units": self.units,
            "activation": keras.activations.serialize(self.activation),
        }
