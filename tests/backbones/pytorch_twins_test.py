"""C3D and ResNet3D34 against the same networks in PyTorch, with the same weights."""

import numpy as np
import pytest

from keras_wsad.backbones import C3D
from keras_wsad.backbones import ResNet3D34
from keras_wsad.backbones.resnet3d import STAGES
from keras_wsad.backbones.state_dict import c3d_name
from keras_wsad.backbones.state_dict import resnet_name
from keras_wsad.errors import WeightsError

pytestmark = pytest.mark.large


@pytest.mark.parametrize(
    ("network", "parameters", "features"),
    [(C3D, 61_214_464, 4096), (ResNet3D34, 63_339_712, 512)],
)
def test_the_size_of_the_network(network, parameters, features):
    model = network()
    trainable = sum(int(np.prod(weight.shape)) for weight in model.trainable_weights)
    assert trainable == parameters
    assert model.input_shape == (None, 16, 112, 112, 3)
    assert model.output_shape == (None, features)


def published_state(model, name_of, random):
    """A state dict with the published names and layout."""
    torch = pytest.importorskip("torch")
    state = {}
    for weight in model.weights:
        fan_in = np.prod(weight.shape[:-1]) if len(weight.shape) > 1 else 100
        values = random.normal(size=weight.shape) * np.sqrt(2 / fan_in)
        values = 0.5 + np.abs(values) if "variance" in weight.path else values
        values = 1 + values if "gamma" in weight.path else values
        axes = {5: (4, 3, 0, 1, 2), 2: (1, 0)}.get(values.ndim, (0,))
        array = values.transpose(axes).astype("float32").copy()
        state[name_of(weight.path)] = torch.tensor(array)
    return torch, state


def relative_error(actual, expected):
    return np.abs(actual - expected).max() / np.abs(expected).max()


def test_c3d_equals_its_twin(tmp_path, random):
    shape = (16, 112, 112, 3)
    model = C3D(clip_shape=shape, width=0.0625)
    torch, state = published_state(model, c3d_name, random)
    heads = {"fc8.bias": torch.zeros(487), "fc7.weight": torch.zeros(4, 4)}
    torch.save({**state, **heads}, tmp_path / "c3d.pickle")
    model = C3D(weights=tmp_path / "c3d.pickle", clip_shape=shape, width=0.0625)

    clips = random.normal(size=(1, *shape)).astype("float32")
    functional = torch.nn.functional
    x = torch.tensor(clips.transpose(0, 4, 1, 2, 3))
    for group in (["conv1"], ["conv2"], ["conv3a", "conv3b"], ["conv4a", "conv4b"]):
        for name in group:
            weight, bias = state[f"{name}.weight"], state[f"{name}.bias"]
            x = functional.relu(functional.conv3d(x, weight, bias, padding=1))
        x = functional.max_pool3d(x, (1, 2, 2) if group == ["conv1"] else 2)
    for name in ("conv5a", "conv5b"):
        weight, bias = state[f"{name}.weight"], state[f"{name}.bias"]
        x = functional.relu(functional.conv3d(x, weight, bias, padding=1))
    # Caffe counts windows that extend over the edge.
    x = functional.max_pool3d(x, 2, ceil_mode=True).flatten(1)
    x = functional.relu(functional.linear(x, state["fc6.weight"], state["fc6.bias"]))
    assert relative_error(model.predict(clips, verbose=0), x.numpy()) < 1e-5


@pytest.mark.parametrize("clip_shape", [(16, 48, 48, 3), (16, 33, 39, 3)])
def test_resnet_equals_its_twin(tmp_path, random, clip_shape):
    model = ResNet3D34(clip_shape=clip_shape, width=0.125)
    torch, state = published_state(model, resnet_name, random)
    published = {f"module.{name}": tensor for name, tensor in state.items()}
    published["module.fc.weight"] = torch.zeros(400, 512)
    published["module.bn1.num_batches_tracked"] = torch.tensor(7)
    torch.save({"state_dict": published, "epoch": 200}, tmp_path / "resnet.pth")
    model = ResNet3D34(weights=tmp_path / "resnet.pth", clip_shape=clip_shape, width=0.125)

    functional = torch.nn.functional

    def convolve(x, name, stride=1, padding=1):
        return functional.conv3d(x, state[f"{name}.weight"], stride=stride, padding=padding)

    def normalize(x, name):
        mean, variance = state[f"{name}.running_mean"], state[f"{name}.running_var"]
        scale, shift = state[f"{name}.weight"], state[f"{name}.bias"]
        return functional.batch_norm(x, mean, variance, scale, shift)

    clips = random.normal(size=(2, *clip_shape)).astype("float32")
    x = torch.tensor(clips.transpose(0, 4, 1, 2, 3))
    x = functional.relu(normalize(convolve(x, "conv1", (1, 2, 2), 3), "bn1"))
    x = functional.max_pool3d(x, 3, 2, padding=1)
    for stage, (blocks, _) in enumerate(STAGES, start=1):
        for place in range(blocks):
            name, stride = f"layer{stage}.{place}", 2 if stage > 1 and place == 0 else 1
            y = functional.relu(
                normalize(convolve(x, f"{name}.conv1", stride), f"{name}.bn1")
            )
            y = normalize(convolve(y, f"{name}.conv2"), f"{name}.bn2")
            if stride > 1:
                x = functional.avg_pool3d(x, 1, stride)
                x = torch.cat(
                    [x, torch.zeros(len(x), y.shape[1] - x.shape[1], *x.shape[2:])], 1
                )
            x = functional.relu(x + y)
    expected = x.mean(dim=(2, 3, 4)).numpy()
    assert relative_error(model.predict(clips, verbose=0), expected) < 1e-5


def test_weights_of_another_network_raise(tmp_path, random):
    model = ResNet3D34(clip_shape=(16, 32, 32, 3), width=0.0625)
    torch, state = published_state(model, resnet_name, random)
    torch.save(state, tmp_path / "resnet.pth")
    with pytest.raises(WeightsError, match=r"17 missing: conv1\.bias"):
        C3D(weights=tmp_path / "resnet.pth", clip_shape=(16, 32, 32, 3), width=0.0625)
    (tmp_path / "c3d.h5").write_bytes(b"")
    with pytest.raises(WeightsError, match="expected a state dict of PyTorch"):
        C3D(weights=tmp_path / "c3d.h5", clip_shape=(16, 32, 32, 3), width=0.0625)
