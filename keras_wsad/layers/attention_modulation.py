import keras
from keras import ops


@keras.saving.register_keras_serializable("keras_wsad")
class AttentionModulation(keras.layers.Layer):
    """Strengthens the features of each segment by its attention: `x_t + a_t x_t`.

    The paper modulates features where earlier work weighs scores. A mask passes through
    unchanged.

    Args:
        **kwargs: arguments of `keras.layers.Layer`.

    Call arguments:
        inputs: a list of two tensors, features of shape `(batch, segments, features)` and
            attention of shape `(batch, segments)`.

    Returns:
        A tensor of the shape of the features.

    Example:

    >>> import numpy as np
    >>> features = np.ones((1, 2, 3), "float32")
    >>> modulated = AttentionModulation()([features, np.array([[0.0, 0.5]], "float32")])
    >>> np.asarray(modulated)[0, :, 0].tolist()
    [1.0, 1.5]

    Reference:
        - Majhi et al., FG 2021, sections III.C and III.D.
    """

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.supports_masking = True

    def build(self, input_shape):
        features, attention = (tuple(shape) for shape in input_shape)
        if len(features) != 3 or features[1] != attention[-1] or len(attention) != 2:
            raise ValueError(
                f"{self.name}: expected features (batch, segments, features) and attention "
                f"(batch, segments). Received: input_shape={[features, attention]}"
            )

    def call(self, inputs):
        features, attention = inputs
        return features + ops.expand_dims(attention, -1) * features

    def compute_mask(self, inputs, previous_mask=None):
        return previous_mask[0] if previous_mask else None

    def compute_output_shape(self, input_shape):
        return input_shape[0]
