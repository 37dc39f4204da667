import keras
from keras import ops


@keras.saving.register_keras_serializable("keras_wsad")
class TemporalConsistencyGraph(keras.layers.Layer):
    """Adjacency of a graph that joins segments close in time.

    ```
    A_ij = exp(-|i - j| / scale)
    ```

    It is the same for every video. Every segment is a vertex of the graph.

    Args:
        scale: float. Segments over which it falls by e. Defaults to `1.0`.
        **kwargs: arguments of `keras.layers.Layer`.

    Call arguments:
        inputs: tensor of shape `(batch, segments, features)`. Only its shape is used.

    Returns:
        A tensor of shape `(batch, segments, segments)`.

    Example:

    >>> import numpy as np
    >>> adjacency = TemporalConsistencyGraph()(np.zeros((1, 3, 8), "float32"))
    >>> [round(float(weight), 4) for weight in np.asarray(adjacency)[0, 0]]
    [1.0, 0.3679, 0.1353]

    Reference:
        - [Zhong et al., 2019](https://arxiv.org/abs/1903.07256), the temporal consistency
          graph.
    """

    def __init__(self, scale=1.0, **kwargs):
        super().__init__(**kwargs)
        self.scale = scale

    def call(self, inputs):
        batch, num_segments = ops.shape(inputs)[:2]
        time = ops.arange(num_segments, dtype=self.compute_dtype)
        adjacency = ops.exp(-ops.abs(time[:, None] - time[None, :]) / self.scale)
        return ops.broadcast_to(adjacency, (batch, num_segments, num_segments))

    def compute_output_shape(self, input_shape):
        return (*input_shape[:-1], input_shape[-2])

    def get_config(self):
        return {**super().get_config(), "scale": self.scale}
