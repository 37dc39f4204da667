import hashlib

import numpy as np
import pytest

from benchmarks.torch_i3d import random_weights
from keras_wsad.backbones import C3D
from keras_wsad.backbones import I3D
from keras_wsad.backbones.convert import read_backbone
from keras_wsad.backbones.convert import write_backbone
from keras_wsad.backbones.state_dict import c3d_name
from keras_wsad.errors import ConfigError
from keras_wsad.errors import WeightsError
from tests.backbones.write_checkpoint import write_checkpoint

SMALL = {"clip_shape": (16, 32, 32, 3), "width": 0.0625}


@pytest.mark.large
def test_a_checkpoint_becomes_a_file_that_networks_with_and_without_head_read(
    tmp_path, random
):
    arrays = random_weights(random, width=0.0625, num_classes=7)
    prefix = write_checkpoint(tmp_path / "model.ckpt", arrays)
    found = read_backbone(prefix, "i3d", **SMALL)
    assert found.kind == "TensorFlow 1"
    assert (len(found.model.weights), found.left_out) == (230, [])
    assert found.model.count_params() == sum(array.size for array in arrays.values())
    path = tmp_path / "new" / "i3d.weights.h5"
    digest = write_backbone(found.model, path)
    assert digest == hashlib.sha256(path.read_bytes()).hexdigest()
    assert [item.name for item in path.parent.iterdir()] == ["i3d.weights.h5"]

    clips = random.uniform(-1, 1, (1, *SMALL["clip_shape"])).astype("float32")
    for classes in (7, None):
        published = I3D(weights=prefix, num_classes=classes, **SMALL)
        converted = I3D(weights=path, num_classes=classes, **SMALL)
        np.testing.assert_array_equal(converted(clips), published(clips))


@pytest.mark.large
def test_the_same_weights_make_the_same_file(tmp_path, random):
    prefix = write_checkpoint(
        tmp_path / "model.ckpt", random_weights(random, width=0.0625, num_classes=7)
    )
    first = write_backbone(
        read_backbone(prefix, "i3d", **SMALL).model, tmp_path / "a.weights.h5"
    )
    again = read_backbone(tmp_path / "a.weights.h5", "i3d", **SMALL)
    assert again.kind == "Keras 3"
    assert write_backbone(again.model, tmp_path / "b.weights.h5") == first


@pytest.mark.large
def test_what_is_left_out_of_a_head_is_reported(tmp_path, random):
    torch = pytest.importorskip("torch")
    model = C3D(**SMALL)
    axes = {5: (4, 3, 0, 1, 2), 2: (1, 0), 1: (0,)}
    state = {
        c3d_name(weight.path): torch.tensor(
            weight.numpy().transpose(axes[len(weight.shape)]).copy()
        )
        for weight in model.weights
    }
    torch.save({**state, "fc8.bias": torch.zeros(487)}, tmp_path / "c3d.pickle")
    found = read_backbone(tmp_path / "c3d.pickle", "c3d", **SMALL)
    assert (found.kind, found.left_out) == ("PyTorch", ["fc8.bias"])
    for left, right in zip(found.model.weights, model.weights, strict=True):
        np.testing.assert_array_equal(left.numpy(), right.numpy())


def test_other_names_and_networks_raise(tmp_path, random):
    with pytest.raises(ConfigError, match="a backbone of"):
        read_backbone(tmp_path / "model.ckpt", "x3d")
    with pytest.raises(WeightsError, match="Found none"):
        read_backbone(tmp_path / "model.ckpt", "i3d")
    with pytest.raises(ConfigError, match=r"ends in \.weights\.h5"):
        write_backbone(C3D(**SMALL), tmp_path / "c3d.h5")
