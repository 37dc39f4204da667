import keras

from keras_wsad.backbones.i3d_weights import read_i3d
from keras_wsad.backbones.weights import load_weights
from keras_wsad.errors import ConfigError

# Filters of each Inception block: branch 0; reduction and output of branches 1 and 2;
# branch 3 after its pooling.
BLOCKS = {
    "Mixed_3b": (64, (96, 128), (16, 32), 32),
    "Mixed_3c": (128, (128, 192), (32, 96), 64),
    "Mixed_4b": (192, (96, 208), (16, 48), 64),
    "Mixed_4c": (160, (112, 224), (24, 64), 64),
    "Mixed_4d": (128, (128, 256), (24, 64), 64),
    "Mixed_4e": (112, (144, 288), (32, 64), 64),
    "Mixed_4f": (256, (160, 320), (32, 128), 128),
    "Mixed_5b": (256, (160, 320), (32, 128), 128),
    "Mixed_5c": (384, (192, 384), (48, 128), 128),
}
# The path of the bias of its head.
HEAD_BIAS = "Logits_Conv3d_0c_1x1_conv_3d/bias"
POOL_BEFORE = {
    "Mixed_3b": ("MaxPool3d_3a_3x3", (1, 3, 3), (1, 2, 2)),
    "Mixed_4b": ("MaxPool3d_4a_3x3", 3, 2),
    "Mixed_5b": ("MaxPool3d_5a_2x2", 2, 2),
}


@keras.saving.register_keras_serializable("keras_wsad")
class I3D(keras.Model):
    """Two-stream inflated 3-D ConvNet on RGB: the paper's Stage B.

    A clip of 64 frames gives a map of 8 x 7 x 7 x 1024. Averaged over 2 x 7 x 7 with a
    stride of one it is 7 x 1024, flattened with time first to the 7168 features of the
    paper. Layers have the endpoint names of the published network, its branches included
    (`Mixed_3b_Branch_0_Conv3d_0a_1x1`), and padding is TensorFlow's "SAME", which is
    asymmetric where a stride leaves an odd number over.

    Batch normalisation has no scale and an epsilon of 1e-3, as published. With its head of
    400 classes the network has 12.7 million trainable parameters.

    Args:
        weights: str or path, or `None`. A file that `keras_wsad.backbones.load_weights`
            reads; `None` leaves the weights random. Defaults to `None`.
        clip_shape: tuple of ints, `(frames, height, width, channels)`. The map is averaged
            over two steps of time and the whole frame, whatever their size; at least 16
            frames. Defaults to `(64, 224, 224, 3)`.
        width: float. Multiplies all numbers of filters, for small networks and tests.
            Defaults to `1.0`.
        num_classes: int or `None`. Classes of the head; with one the output is the logits
            `(batch, num_classes)`, averaged over time, in place of the features. Defaults
            to `None`.
        **kwargs: arguments of `keras.Model`.

    Call arguments:
        inputs: tensor of shape `(batch, *clip_shape)`, pixels from -1 to 1.

    Returns:
        A tensor of shape `(batch, features)`, 7168 features by default.

    Raises:
        ConfigError: a clip is too short.

    Example:

    >>> import numpy as np
    >>> model = I3D(clip_shape=(16, 32, 32, 3), width=0.125)
    >>> tuple(model(np.zeros((2, 16, 32, 32, 3), "float32")).shape)
    (2, 128)

    Reference:
        - [Carreira and Zisserman, 2017](https://arxiv.org/abs/1705.07750)
    """

    def __init__(
        self,
        weights=None,
        clip_shape=(64, 224, 224, 3),
        width=1.0,
        num_classes=None,
        **kwargs,
    ):
        if clip_shape[0] < 16:
            raise ConfigError(
                f"Expected clips of at least 16 frames. Received: clip_shape={clip_shape}"
            )

        # === Functional model ===
        def filters(number):
            return max(round(number * width), 1)

        def unit(x, number, kernel, name, strides=1):
            """Convolution, batch normalisation, rectifier."""
            x = keras.layers.Conv3D(
                filters(number),
                kernel,
                strides=strides,
                padding="same",
                use_bias=False,
                name=f"{name}_conv_3d",
            )(x)
            x = keras.layers.BatchNormalization(
                scale=False, epsilon=1e-3, name=f"{name}_batch_norm"
            )(x)
            return keras.layers.ReLU(name=name)(x)

        def pool(x, size, strides, name):
            return keras.layers.MaxPooling3D(size, strides, padding="same", name=name)(x)

        def mixed(x, name):
            first, second, third, fourth = BLOCKS[name]
            # The published network calls one layer of Mixed_5b by another name.
            last = "Conv3d_0a_3x3" if name == "Mixed_5b" else "Conv3d_0b_3x3"
            branches = [f"{name}_Branch_{number}" for number in range(4)]
            reduced = [
                unit(x, number, 1, f"{branch}_Conv3d_0a_1x1")
                for branch, (number, _) in zip(branches[1:3], (second, third), strict=True)
            ]
            pooled = pool(x, 3, 1, f"{branches[3]}_MaxPool3d_0a_3x3")
            outputs = [
                unit(x, first, 1, f"{branches[0]}_Conv3d_0a_1x1"),
                unit(reduced[0], second[1], 3, f"{branches[1]}_Conv3d_0b_3x3"),
                unit(reduced[1], third[1], 3, f"{branches[2]}_{last}"),
                unit(pooled, fourth, 1, f"{branches[3]}_Conv3d_0b_1x1"),
            ]
            return keras.layers.Concatenate(name=name)(outputs)

        inputs = keras.Input(clip_shape, name="clips")
        x = unit(inputs, 64, 7, "Conv3d_1a_7x7", strides=2)
        x = pool(x, (1, 3, 3), (1, 2, 2), "MaxPool3d_2a_3x3")
        x = unit(x, 64, 1, "Conv3d_2b_1x1")
        x = unit(x, 192, 3, "Conv3d_2c_3x3")
        for name in BLOCKS:
            if name in POOL_BEFORE:
                pool_name, size, strides = POOL_BEFORE[name]
                x = pool(x, size, strides, pool_name)
            x = mixed(x, name)
        x = keras.layers.AveragePooling3D((2, *x.shape[2:4]), 1, name="AvgPool3d")(x)
        if num_classes is None:
            outputs = keras.layers.Flatten(name="features")(x)
        else:
            x = keras.layers.Conv3D(num_classes, 1, name="Logits_Conv3d_0c_1x1_conv_3d")(x)
            outputs = keras.layers.GlobalAveragePooling3D(name="logits")(x)
        super().__init__(inputs=inputs, outputs=outputs, **kwargs)

        # === Config ===
        self.clip_shape = tuple(clip_shape)
        self.width = width
        self.num_classes = num_classes
        if weights is not None:
            load_weights(self, weights)

    def get_config(self):
        # The weights come with the saved model, not from the file they were read from.
        return {
            "name": self.name,
            "trainable": self.trainable,
            "clip_shape": self.clip_shape,
            "width": self.width,
            "num_classes": self.num_classes,
        }

    @staticmethod
    def read_published(path):
        """Reads published weights, see `load_weights`, as a `WeightsFile`."""
        return read_i3d(path)
