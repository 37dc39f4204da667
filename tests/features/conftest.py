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


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Three videos of 40, 90 and 20 frames."""
    from tests.video.make_video import make_video

    folder = tmp_path_factory.mktemp("videos")
    for name, num_frames in (("A", 40), ("B", 90), ("C", 20)):
        make_video(folder / f"{name}.mp4", num_frames)
    return folder


@pytest.fixture
def extraction(backbone):
    from keras_wsad.features.extraction import Extraction

    return Extraction.of(backbone, num_segments=None)


@pytest.fixture
def clips(random):
    """Features of six clips."""
    return random.random((6, 4)).astype("float32")
