import pytest


@pytest.fixture(scope="session")
def backbone():
    """A network of one convolution, under the name of `compact`, on clips of 32 x 32."""
    import keras

    from keras_wsad.backbones import OpenBackbone

    keras.utils.set_random_seed(0)
    clips = keras.Input((16, 32, 32, 3))
    maps = keras.layers.Conv3D(8, 3, strides=(4, 8, 8), activation="tanh")(clips)
    model = keras.Model(clips, keras.layers.GlobalAveragePooling3D()(maps))
    return OpenBackbone("compact", model, "random:0")
