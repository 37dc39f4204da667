import pathlib

import keras

from keras_wsad.backbones.i3d import I3D

# Trained by reproduce/compact_weights.py; see compact.md beside it.
PACKAGED = pathlib.Path(__file__).with_name("compact.weights.h5")


@keras.saving.register_keras_serializable("keras_wsad")
class Compact(I3D):
    """An I3D of a quarter of the width on clips of 16 frames of 80 x 80.

    For machines without an accelerator: some 300 times less work than `I3D`. Its weights
    come with the package. They were learned from rendered clips of plain motions
    (`reproduce.compact.generic_motions`), so that they suit rendered videos; on real ones
    they are a stopgap for trying things out.

    Args:
        weights: `"packaged"`, or the path of a `.weights.h5` file, or `None`, which leaves
            the weights random. Defaults to `"packaged"`.
        clip_shape: tuple of ints. Defaults to `(16, 80, 80, 3)`.
        width: float. Defaults to `0.25`.
        num_classes: int or `None`, see `I3D`. Defaults to `None`.
        **kwargs: arguments of `keras.Model`.

    Call arguments:
        inputs: tensor of shape `(batch, *clip_shape)`, pixels from -1 to 1.

    Returns:
        A tensor of shape `(batch, 256)`.
    """

    def __init__(
        self,
        weights="packaged",
        clip_shape=(16, 80, 80, 3),
        width=0.25,
        num_classes=None,
        **kwargs,
    ):
        path = PACKAGED if weights == "packaged" else weights
        super().__init__(path, clip_shape, width, num_classes, **kwargs)

    @classmethod
    def from_config(cls, config):
        # A saved model brings its own weights.
        return cls(weights=None, **config)
