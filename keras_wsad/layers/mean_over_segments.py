import keras
from keras import ops


@keras.saving.register_keras_serializable("keras_wsad")
class MeanOverSegments(keras.layers.Layer):
    """The mean of a video's segments, each strengthened by one attention or several.

    ```
    v = 1/T sum_t (1 + a_t) (1 + b_t) ... x_t
    ```

    That is the mean of the features that the paper modulates, level after level, as one
    weighted sum, so that none of them is built.

    Args:
        **kwargs: arguments of `keras.layers.Layer`.

    Call arguments:
        inputs: tensor of shape `(batch, segments, features)`.
        attentions: list of tensors of shape `(batch, segments)`, maybe empty.

    Returns:
        A tensor of shape `(batch, features)`.

    Example:

    >>> import numpy as np
    >>> features = np.array([[[1.0], [2.0]]])
    >>> np.asarray(MeanOverSegments()(features, [np.array([[0.0, 0.5]])])).tolist()
    [[2.0]]

    Reference:
        - Majhi et al., FG 2021, section III.D.
    """

    def build(self, inputs_shape, attentions_shape=None):
        if len(inputs_shape) != 3:
            raise ValueError(
                f"{self.name}: expected inputs of shape (batch, segments, features). "
                f"Received: input_shape={tuple(inputs_shape)}"
            )

    def call(self, inputs, attentions=()):
        weights = ops.ones_like(inputs[..., 0]) / inputs.shape[1]
        for attention in attentions:
            weights = weights + attention * weights
        return ops.squeeze(ops.matmul(weights[:, None], inputs), axis=1)

    def compute_output_shape(self, inputs_shape, attentions_shape=None):
        return (inputs_shape[0], inputs_shape[2])
