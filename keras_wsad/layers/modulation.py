import keras
from keras import ops


@keras.saving.register_keras_serializable("keras_wsad")
class Modulation(keras.layers.Layer):
    """Strengthens the features of each segment by its attention.

    ```
    F*_t  = F'_t + alpha_t F'_t         by the first level
    F**_t = F*_t + beta_t F*_t          by the second level
    ```

    Args:
        **kwargs: arguments of `keras.layers.Layer`.

    Call arguments:
        inputs: a list of two tensors, the features of shape
            `(batch, segments, features)` and the attention of shape `(batch, segments)`.

    Returns:
        A tensor of the shape of the features.

    Raises:
        ValueError: the shapes of features and attention do not match.

    Example:

    >>> import numpy as np
    >>> features, attention = np.array([[[1.0], [2.0]]]), np.array([[0.0, 0.5]])
    >>> np.asarray(Modulation()([features, attention])).tolist()
    [[[1.0], [3.0]]]

    Reference:
        - Majhi et al., FG 2021, sections III.C and III.D.
    """

    def build(self, input_shape):
        features, attention = (tuple(shape) for shape in input_shape)
        if len(features) != 3 or attention[1:] != features[1:2]:
            raise ValueError(
                f"{self.name}: expected features (batch, segments, features) and attention "
                f"(batch, segments). Received: input_shape={[features, attention]}"
            )

    def call(self, inputs):
        features, attention = inputs
        return features + ops.expand_dims(attention, -1) * features

    def compute_output_shape(self, input_shape):
        return input_shape[0]
