import keras

from keras_wsad.backbones.fold import fold_batch_norms


class KerasNetwork:
    """A backbone computed by Keras: from pixels, with folded batch normalisations.

    Args:
        model: `keras.Model`, from scaled clips to features. It is left as it is.
        entry: `BackboneEntry`. How pixels are scaled.
        precision: str. `"float32"` or `"bfloat16"`, see `fold_batch_norms`.

    Attributes:
        model: `keras.Model` from uint8 clips to float32 features.
        clip_shape: tuple of ints, `(frames, height, width, channels)`.
        feature_dim: int.

    Call arguments:
        clips: uint8 array of shape `(batch, *clip_shape)`.

    Returns:
        A float32 array of shape `(batch, features)`.
    """

    def __init__(self, model, entry, precision="float32"):
        self.precision = precision
        self.clip_shape = tuple(model.input_shape[1:])
        self.feature_dim = model.output_shape[-1]
        clips = keras.Input(self.clip_shape, dtype="uint8", name="pixels")
        offset = entry.pixel_offset
        if len(set(offset)) == 1:
            # TensorFlow adds a vector of three ten times as slowly as a scalar.
            offset = offset[0]
        scaled = keras.layers.Rescaling(
            entry.pixel_scale, offset, dtype="float32", name="scaled"
        )(clips)
        self.model = keras.Model(clips, fold_batch_norms(model, precision)(scaled))
        # Compilation by XLA takes a minute, which it does not repay.
        self.model.compile(jit_compile=False)

    def __call__(self, clips):
        return self.model.predict_on_batch(clips)
