import keras
import numpy as np
import pytest
from keras import ops

from keras_wsad.baselines.hasan import half_squared_error
from keras_wsad.baselines.regularity_autoencoder import RegularityAutoencoder
from keras_wsad.errors import ConfigError

TINY = {"size": 35, "num_frames": 4, "filters": (8, 6, 4)}


def test_the_published_network_has_the_published_sizes():
    model = RegularityAutoencoder()
    sizes = {
        name: tuple(model.get_layer(name).output.shape[1:])
        for name in ("conv1", "pool1", "conv2", "pool2", "conv3", "unpool2", "unpool1")
    }
    assert sizes == {
        "conv1": (55, 55, 512),
        "pool1": (27, 27, 512),
        "conv2": (27, 27, 256),
        "pool2": (13, 13, 256),
        "conv3": (13, 13, 128),
        "unpool2": (27, 27, 256),
        "unpool1": (55, 55, 512),
    }
    assert model.output.shape == (None, 227, 227, 10)
    # 11 * 11 * 10 * 512, twice; 5 * 5 * 512 * 256, twice; 3 * 3 * 256 * 128, twice; biases.
    kernels = 2 * (11 * 11 * 10 * 512 + 5 * 5 * 512 * 256 + 3 * 3 * 256 * 128)
    biases = 512 + 256 + 128 + 256 + 512 + 10
    assert model.count_params() == kernels + biases


def test_it_comes_back_from_its_file_the_same(random, tmp_path):
    model = RegularityAutoencoder(**TINY, kernel_l2=0.1)
    stacks = random.normal(size=(2, 35, 35, 4)).astype("float32")
    model.save(tmp_path / "model.keras")
    again = keras.saving.load_model(tmp_path / "model.keras")
    assert again.get_config() == model.get_config()
    np.testing.assert_array_equal(again(stacks), model(stacks))


def test_the_output_is_whole_precision_under_any_policy():
    model = RegularityAutoencoder(**TINY, dtype="mixed_float16")
    assert model.get_layer("conv2").compute_dtype == "float16"
    output = model(np.zeros((1, 35, 35, 4), "float32"))
    assert keras.backend.standardize_dtype(output.dtype) == "float32"


def test_the_gradient_reaches_every_layer(random):
    model = RegularityAutoencoder(**TINY)
    before = [np.array(weight) for weight in model.get_weights()]
    model.compile("sgd", half_squared_error, run_eagerly=True)
    stacks = random.normal(size=(2, 35, 35, 4)).astype("float32")
    model.train_on_batch(stacks, stacks)
    for weight, old in zip(model.weights, before, strict=True):
        new = ops.convert_to_numpy(weight)
        assert np.isfinite(new).all() and (new != old).any(), weight.path


def test_the_loss_by_hand():
    stacks = np.zeros((2, 1, 2, 1), "float32")
    rebuilt = np.array([3.0, 4.0, 0.0, 2.0], "float32").reshape(stacks.shape)
    # (9 + 16) / 2, (0 + 4) / 2
    loss = half_squared_error(ops.convert_to_tensor(stacks), ops.convert_to_tensor(rebuilt))
    assert ops.convert_to_numpy(loss).tolist() == [12.5, 2.0]


@pytest.mark.parametrize("size", [31, 36, 224])
def test_a_size_that_does_not_come_back_raises(size):
    with pytest.raises(ConfigError, match=f"size={size}"):
        RegularityAutoencoder(size=size)
