import keras

from reproduce.motion.optical_flow import FLOW

# Frames of a clip; it has one flow fewer.
CLIP_LENGTH = 16
_CHANNELS = 2 * (CLIP_LENGTH - 1)


@keras.saving.register_keras_serializable("keras_wsad")
class FlowAutoencoder(keras.Model):
    """An autoencoder of the optical flow of clips: the temporal augmented network.

    Seven layers of two-dimensional convolution, with a ReLU after each: three that halve
    the resolution by their stride, a bottleneck of 1024 channels, three that double it. The
    15 flows of a clip of 16 frames are its 30 channels. The mean of the bottleneck over
    the frame is the motion-aware feature of the clip, in the output `motion` of `encoder`.

    From the paper: the layers, their strides, flows stacked as channels, 1024 features by
    global average pooling (section 3.1, as public notes give it). This project's choices:
    the hidden channels, kernels of 3, no ReLU on the output flow, which may be negative,
    and flow of half the resolution, 56 by 56.

    Args:
        filters: tuple of three ints. Channels of the three layers before the bottleneck.
            Defaults to `(64, 128, 256)`.
        features: int. Channels of the bottleneck. Defaults to `1024`.
        **kwargs: arguments of `keras.Model`.

    Call arguments:
        flow: tensor of shape `(batch, 56, 56, 30)`.

    Returns:
        A tensor of the same shape.

    Reference:
        - [Zhu and Newsam, 2019](https://arxiv.org/abs/1907.10211).
    """

    def __init__(self, filters=(64, 128, 256), features=1024, **kwargs):
        # === Layers ===
        conv = keras.layers.Conv2D
        down = [
            conv(units, 3, 2, "same", activation="relu", name=f"encoder_{i}")
            for i, units in enumerate(filters, 1)
        ]
        bottleneck = conv(features, 3, 1, "same", activation="relu", name="bottleneck")
        widths = (*filters[-2::-1], _CHANNELS)
        up = [
            keras.layers.Conv2DTranspose(
                units,
                3,
                2,
                "same",
                activation="relu" if i < len(widths) else None,
                name=f"decoder_{i}",
            )
            for i, units in enumerate(widths, 1)
        ]

        # === Functional model ===
        flow = keras.Input((FLOW, FLOW, _CHANNELS), name="flow")
        x = flow
        for layer in down:
            x = layer(x)
        encoded = bottleneck(x)
        motion = keras.layers.GlobalAveragePooling2D(name="motion")(encoded)
        x = encoded
        for layer in up:
            x = layer(x)
        super().__init__(inputs=flow, outputs=x, **kwargs)
        self.encoder = keras.Model(flow, motion)

        # === Config ===
        self.filters = tuple(filters)
        self.features = features

    def get_config(self):
        return {
            "name": self.name,
            "trainable": self.trainable,
            "filters": self.filters,
            "features": self.features,
        }
