import keras
from keras import ops

from keras_wsad.backbones.state_dict import read_network
from keras_wsad.backbones.state_dict import resnet_name
from keras_wsad.backbones.weights import load_weights

# Blocks and filters of each stage.
STAGES = ((3, 64), (4, 128), (6, 256), (3, 512))


@keras.saving.register_keras_serializable("keras_wsad")
class ZeroChannels(keras.layers.Layer):
    """Appends channels of zeros: a shortcut that has no weights.

    Args:
        channels: int. Channels to append.
        **kwargs: arguments of `keras.layers.Layer`.
    """

    def __init__(self, channels, **kwargs):
        super().__init__(**kwargs)
        self.channels = channels

    def call(self, inputs):
        return ops.pad(inputs, [(0, 0)] * 4 + [(0, self.channels)])

    def compute_output_shape(self, input_shape):
        return (*input_shape[:-1], input_shape[-1] + self.channels)

    def get_config(self):
        return {**super().get_config(), "channels": self.channels}


@keras.saving.register_keras_serializable("keras_wsad")
class ResNet3D34(keras.Model):
    """3-D residual network of 34 layers, pretrained on Kinetics by its authors.

    Shortcuts are of type A: where a block halves the map and widens it, the shortcut takes
    every second position and appends zeros, without weights. Padding is the same on both
    sides, as in the published network (PyTorch). The map is averaged over time and space.

    Args:
        weights: str or path, or `None`. A file that `keras_wsad.backbones.load_weights`
            reads; `None` leaves the weights random. Defaults to `None`.
        clip_shape: tuple of ints, `(frames, height, width, channels)`. Defaults to
            `(16, 112, 112, 3)`.
        width: float. Multiplies all numbers of filters, for tests. Defaults to `1.0`.
        **kwargs: arguments of `keras.Model`.

    Call arguments:
        inputs: tensor of shape `(batch, *clip_shape)`.

    Returns:
        A tensor of shape `(batch, features)`, 512 features by default.

    Example:

    >>> import numpy as np
    >>> model = ResNet3D34(clip_shape=(16, 32, 32, 3), width=0.0625)
    >>> tuple(model(np.zeros((2, 16, 32, 32, 3), "float32")).shape)
    (2, 32)

    Reference:
        - [Hara et al., 2018](https://arxiv.org/abs/1711.09577)
    """

    def __init__(self, weights=None, clip_shape=(16, 112, 112, 3), width=1.0, **kwargs):
        # === Functional model ===
        def filters(number):
            return max(round(number * width), 1)

        def convolve(x, number, kernel, strides, name):
            # Explicit, since "same" with a stride pads asymmetrically.
            x = keras.layers.ZeroPadding3D(kernel // 2, name=f"{name}_padding")(x)
            return keras.layers.Conv3D(
                number, kernel, strides=strides, use_bias=False, name=name
            )(x)

        def normalize(x, name):
            return keras.layers.BatchNormalization(epsilon=1e-5, name=name)(x)

        def block(x, number, stride, name):
            y = normalize(convolve(x, number, 3, stride, f"{name}_conv1"), f"{name}_bn1")
            y = keras.layers.ReLU(name=f"{name}_relu1")(y)
            y = normalize(convolve(y, number, 3, 1, f"{name}_conv2"), f"{name}_bn2")
            if stride > 1:
                x = keras.layers.MaxPooling3D(1, stride, name=f"{name}_every_second")(x)
                x = ZeroChannels(number - x.shape[-1], name=f"{name}_zeros")(x)
            x = keras.layers.Add(name=f"{name}_sum")([y, x])
            return keras.layers.ReLU(name=name)(x)

        inputs = keras.Input(clip_shape, name="clips")
        x = normalize(convolve(inputs, filters(64), 7, (1, 2, 2), "conv1"), "bn1")
        x = keras.layers.ReLU(name="relu1")(x)
        # What is padded is below any rectified number only if it is zero.
        x = keras.layers.ZeroPadding3D(1, name="pool1_padding")(x)
        x = keras.layers.MaxPooling3D(3, 2, name="pool1")(x)
        for stage, (blocks, number) in enumerate(STAGES, start=1):
            for index in range(blocks):
                stride = 2 if stage > 1 and index == 0 else 1
                x = block(x, filters(number), stride, f"layer{stage}_{index}")
        outputs = keras.layers.GlobalAveragePooling3D(name="features")(x)
        super().__init__(inputs=inputs, outputs=outputs, **kwargs)

        # === Config ===
        self.clip_shape = tuple(clip_shape)
        self.width = width
        if weights is not None:
            load_weights(self, weights)

    def get_config(self):
        return {
            "name": self.name,
            "trainable": self.trainable,
            "clip_shape": self.clip_shape,
            "width": self.width,
        }

    @staticmethod
    def read_published(path):
        """Reads published weights, see `load_weights`, as a `WeightsFile`."""
        return read_network(path, "ResNet3D34", resnet_name, heads=("fc.",))
