import io
import json
import zipfile

import h5py
import keras
import numpy as np
import pytest

from keras_wsad.baselines.keras_file import load_keras_file
from keras_wsad.errors import RunError


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """The members of a small `.keras` file."""
    path = tmp_path_factory.mktemp("model") / "model.keras"
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2, name="dense")])
    model.save(path)
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def write(folder, members, compression=zipfile.ZIP_STORED):
    with zipfile.ZipFile(folder / "model.keras", "w", compression) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return folder / "model.keras"


def weights(whole, change):
    """Returns the weights with the group of the dense layer changed."""
    content = io.BytesIO(whole["model.weights.h5"])
    with h5py.File(content, "r+") as file:
        change(file["layers/dense/vars"])
    return {**whole, "model.weights.h5": content.getvalue()}


def test_a_model_is_opened(whole, tmp_path):
    assert load_keras_file(write(tmp_path, whole)).count_params() == 8


def set_nan(group):
    group["0"][1, 1] = np.nan


def declare_much(group):
    del group["0"]
    group.create_dataset("0", (10**5, 10**5), "f4", chunks=(10, 10))


def link_outside(group):
    del group["0"]
    group["0"] = h5py.ExternalLink("other.h5", "features")


def store_outside(group):
    del group["0"]
    group.create_dataset("0", (3, 2), "f4", external=[("/etc/hostname", 0, 24)])


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        (set_nan, "expected finite weights. Found NaN in .*kernel"),
        (declare_much, "declares 40000000000 bytes, but stores 0"),
        (link_outside, "not a model"),
        (store_outside, "lies in other files"),
    ],
)
def test_weights_that_hold_no_numbers_of_their_own_raise(
    whole, tmp_path, change, complaint
):
    path = write(tmp_path, weights(whole, change))
    with pytest.raises(RunError, match=rf"model\.keras: .*{complaint}"):
        load_keras_file(path)


def test_sizes_far_above_the_stored_weights_raise(whole, tmp_path):
    config = json.loads(whole["config.json"])
    config["config"]["layers"][1]["config"]["units"] = 10**8
    path = write(tmp_path, {**whole, "config.json": json.dumps(config)})
    with pytest.raises(RunError, match=r"declares sizes \[3, 100000000\], but stores 8"):
        load_keras_file(path)


def test_what_expands_to_far_more_than_the_file_raises(whole, tmp_path):
    members = {**whole, "zeros": bytes(2**25)}
    path = write(tmp_path, members, zipfile.ZIP_DEFLATED)
    with pytest.raises(RunError, match=r"declares 335\d+ bytes, but stores"):
        load_keras_file(path)


def test_code_is_not_run(tmp_path):
    path = tmp_path / "model.keras"
    layer = keras.layers.Lambda(lambda x: x)
    keras.Sequential([keras.Input((3,)), layer]).save(path)
    with pytest.raises(RunError, match="not a model"):
        load_keras_file(path)
