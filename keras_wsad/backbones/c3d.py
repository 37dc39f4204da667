import keras

from keras_wsad.backbones.state_dict import c3d_name
from keras_wsad.backbones.state_dict import read_network
from keras_wsad.backbones.weights import load_weights

# Filters of the convolutions between two poolings.
GROUPS = {"1": [64], "2": [128], "3": [256, 256], "4": [512, 512], "5": [512, 512]}


@keras.saving.register_keras_serializable("keras_wsad")
class C3D(keras.Model):
    """C3D up to its first fully connected layer, fc6: the features of Sultani et al.

    Eight convolutions of 3 x 3 x 3 and five poolings take a clip of 16 frames to a map of
    1 x 4 x 4 x 512, and fc6 with a rectifier to 4096 features. Layers have the published
    names, `conv1a` to `conv5b` and `fc6`. The map is flattened channels first, as in the
    published network, so that the weights of fc6 need no permutation.

    The last pooling has an input map of 7 x 7. In the published network (Caffe) its last
    window extends past the edge, as with TensorFlow's "SAME"; ports that pad on both sides
    give other outputs with the same weights.

    Args:
        weights: str or path, or `None`. A file that `keras_wsad.backbones.load_weights`
            reads; `None` leaves the weights random. Defaults to `None`.
        clip_shape: tuple of ints, `(frames, height, width, channels)`. Defaults to
            `(16, 112, 112, 3)`.
        width: float. Multiplies all numbers of filters and units, for tests. Defaults to
            `1.0`.
        **kwargs: arguments of `keras.Model`.

    Call arguments:
        inputs: tensor of shape `(batch, *clip_shape)`.

    Returns:
        A tensor of shape `(batch, features)`, 4096 features by default.

    Example:

    >>> import numpy as np
    >>> model = C3D(clip_shape=(16, 32, 32, 3), width=0.0625)
    >>> tuple(model(np.zeros((2, 16, 32, 32, 3), "float32")).shape)
    (2, 256)

    Reference:
        - [Tran et al., 2015](https://arxiv.org/abs/1412.0767)
    """

    def __init__(self, weights=None, clip_shape=(16, 112, 112, 3), width=1.0, **kwargs):
        # === Functional model ===
        inputs = x = keras.Input(clip_shape, name="clips")
        for group, filters in GROUPS.items():
            for letter, number in zip("ab", filters, strict=False):
                x = keras.layers.Conv3D(
                    max(round(number * width), 1),
                    3,
                    padding="same",
                    activation="relu",
                    name=f"conv{group}{letter}",
                )(x)
            # The first pooling keeps the time axis.
            size = (1, 2, 2) if group == "1" else 2
            x = keras.layers.MaxPooling3D(size, padding="same", name=f"pool{group}")(x)
        x = keras.layers.Permute((4, 1, 2, 3), name="channels_first")(x)
        x = keras.layers.Flatten(name="flatten")(x)
        units = max(round(4096 * width), 1)
        outputs = keras.layers.Dense(units, activation="relu", name="fc6")(x)
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
        return read_network(path, "C3D", c3d_name, heads=("fc7.", "fc8."))
