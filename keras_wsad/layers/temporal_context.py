import keras


@keras.saving.register_keras_serializable("keras_wsad")
class TemporalContext(keras.layers.Layer):
    """What happens around each segment, before it and after it.

    A residual stack of dilated convolutions over time:

    ```
    x <- x + D(relu(conv(norm(x))))        once for each dilation, D dropout
    ```

    On either side a segment sees as many others as the dilations add up to, 7 by default.
    The layer is equivariant: shift the segments and the outputs shift along, except within
    that distance of the ends, where zeros are seen.

    Args:
        dilations: tuple of ints. Defaults to `(1, 2, 4)`.
        kernel_size: int. Defaults to `3`.
        dropout: float. Rate of the dropouts. Defaults to `0.3`.
        **kwargs: arguments of `keras.layers.Layer`.

    Call arguments:
        inputs: tensor of shape `(batch, segments, latent)`.
        training: bool. Whether to drop out.

    Returns:
        A tensor of the shape of the inputs.

    Example:

    >>> import numpy as np
    >>> tuple(TemporalContext()(np.ones((2, 32, 8), "float32")).shape)
    (2, 32, 8)
    """

    def __init__(self, dilations=(1, 2, 4), kernel_size=3, dropout=0.3, **kwargs):
        super().__init__(**kwargs)
        self.dilations = tuple(dilations)
        self.kernel_size = kernel_size
        self.dropout = dropout

    def build(self, input_shape):
        if len(input_shape) != 3:
            raise ValueError(
                f"{self.name}: expected inputs of shape (batch, segments, latent). "
                f"Received: input_shape={tuple(input_shape)}"
            )
        self.norms, self.convolutions, self.drops = [], [], []
        for dilation in self.dilations:
            norm = keras.layers.LayerNormalization(
                name=f"norm_{dilation}", dtype=self.dtype_policy
            )
            norm.build(input_shape)
            convolution = keras.layers.Conv1D(
                input_shape[-1],
                self.kernel_size,
                padding="same",
                dilation_rate=dilation,
                activation="relu",
                name=f"convolution_{dilation}",
                dtype=self.dtype_policy,
            )
            convolution.build(input_shape)
            drop = keras.layers.Dropout(
                self.dropout, name=f"dropout_{dilation}", dtype=self.dtype_policy
            )
            self.norms.append(norm)
            self.convolutions.append(convolution)
            self.drops.append(drop)

    def call(self, inputs, training=None):
        x = inputs
        for norm, convolution, drop in zip(
            self.norms, self.convolutions, self.drops, strict=True
        ):
            x = x + drop(convolution(norm(x)), training=training)
        return x

    def compute_output_shape(self, input_shape):
        return input_shape

    def get_config(self):
        return {
            **super().get_config(),
            "dilations": self.dilations,
            "kernel_size": self.kernel_size,
            "dropout": self.dropout,
        }
