import h5py
import numpy as np
import pytest
import tensorflow as tf

from keras_wsad.backbones import C3D
from keras_wsad.backbones import I3D
from keras_wsad.backbones import ResNet3D34
from keras_wsad.backbones import load_weights
from keras_wsad.backbones.i3d_weights import checkpoint_name
from keras_wsad.errors import WeightsError
from tests.backbones.write_checkpoint import write_checkpoint

SMALL = {"clip_shape": (16, 32, 32, 3), "width": 0.0625}


@pytest.fixture(scope="module")
def network():
    """A small I3D, whose weights each test replaces."""
    return I3D(**SMALL)


@pytest.fixture(scope="module")
def network_with_head():
    return I3D(**SMALL, num_classes=7)


def arrays_of(model, random):
    return {
        checkpoint_name(weight.path): random.normal(size=weight.shape).astype("float32")
        for weight in model.weights
    }


def test_our_names_and_shapes_are_the_published_ones(real_data):
    published = dict(tf.train.list_variables(str(real_data / "i3d" / "rgb_imagenet.ckpt")))
    model = I3D(num_classes=400)
    ours = {checkpoint_name(weight.path): list(weight.shape) for weight in model.weights}
    assert ours == published
    assert len(published) == 230


def test_a_checkpoint_of_the_published_names_is_read(real_data, tmp_path, random):
    published = tf.train.list_variables(str(real_data / "i3d" / "rgb_imagenet.ckpt"))
    arrays = {
        name: random.normal(size=shape).astype("float32") for name, shape in published
    }
    prefix = write_checkpoint(tmp_path / "model.ckpt", arrays)
    for model in (I3D(num_classes=400), I3D()):
        load_weights(model, f"{prefix}.index")
        for weight in model.weights:
            np.testing.assert_array_equal(
                weight.numpy(), arrays[checkpoint_name(weight.path)]
            )


def test_weights_are_an_argument(network, tmp_path, random):
    arrays = arrays_of(network, random)
    prefix = write_checkpoint(tmp_path / "model.ckpt", arrays)
    model = I3D(weights=prefix, **SMALL)
    name = "Mixed_5b_Branch_2_Conv3d_0a_3x3_conv_3d"
    expected = arrays["RGB/inception_i3d/Mixed_5b/Branch_2/Conv3d_0a_3x3/conv_3d/w"]
    np.testing.assert_array_equal(model.get_layer(name).kernel.numpy(), expected)


def test_batch_norm_of_rank_five_is_read_as_well(network, tmp_path, random):
    arrays = arrays_of(network, random)
    deep = {
        name: array.reshape(1, 1, 1, 1, -1) if array.ndim == 1 else array
        for name, array in arrays.items()
    }
    load_weights(network, write_checkpoint(tmp_path / "model.ckpt", deep))
    for weight in network.weights:
        np.testing.assert_array_equal(weight.numpy(), arrays[checkpoint_name(weight.path)])


def test_what_is_missing_left_over_bent_or_not_finite_is_named(network, tmp_path, random):
    arrays = arrays_of(network, random)
    name = "RGB/inception_i3d/Mixed_4c/Branch_1/Conv3d_0b_3x3/conv_3d/w"
    without = {key: array for key, array in arrays.items() if key != name}
    beyond = {**arrays, "RGB/inception_i3d/Extra/w": np.zeros(3, "float32")}
    bent = {**arrays, name: arrays[name][..., :-1]}
    blank = {**arrays, name: np.full_like(arrays[name], np.nan)}
    for number, (content, complaint) in enumerate(
        [
            (without, f"1 missing: {name}"),
            (beyond, "1 left over: RGB/inception_i3d/Extra/w"),
            (bent, f"1 of another shape: {name} is "),
            (blank, rf"3\.ckpt: .* 1 not finite: {name}"),
        ]
    ):
        prefix = write_checkpoint(tmp_path / f"{number}.ckpt", content)
        before = network.get_weights()
        with pytest.raises(WeightsError, match=complaint):
            load_weights(network, prefix)
        for weight, value in zip(network.weights, before, strict=True):
            np.testing.assert_array_equal(weight.numpy(), value)


def keras_name(name):
    """Our spelling of what the h5 files call a variable, layer by layer."""
    scope, operation, kind = name.removeprefix("RGB/inception_i3d/").rsplit("/", 2)
    if scope.startswith("Mixed"):
        block, branch, unit = scope.split("/")
        number, place, size = branch[-1], unit[8], unit[10:]
        place = "b" if (block, unit) == ("Mixed_5b", "Conv3d_0a_3x3") else place
        scope = f"Conv3d_{block[-2:]}_{number}{place}_{size}"
    scope = scope.replace("Logits/Conv3d_0c_1x1", "Conv3d_6a_1x1")
    layer = f"{scope}_{'conv' if operation == 'conv_3d' else 'bn'}"
    return f"{layer}/{layer}/{ {'w': 'kernel', 'b': 'bias'}.get(kind, kind) }:0"


def test_h5_files_of_keras_2_are_read(network, network_with_head, tmp_path, random):
    arrays = arrays_of(network_with_head, random)
    with h5py.File(tmp_path / "i3d.h5", "w") as file:
        for name, array in arrays.items():
            file[keras_name(name)] = array
        assert "Conv3d_5b_2b_3x3_conv/Conv3d_5b_2b_3x3_conv/kernel:0" in file
        assert "Conv3d_3b_3b_1x1_bn/Conv3d_3b_3b_1x1_bn/moving_mean:0" in file
    for model in (network_with_head, network):
        load_weights(model, tmp_path / "i3d.h5")
        for weight in model.weights:
            np.testing.assert_array_equal(
                weight.numpy(), arrays[checkpoint_name(weight.path)]
            )


@pytest.mark.large
def test_a_state_dict_of_pytorch_is_read_and_its_scale_folded_in(
    network_with_head, tmp_path, random
):
    torch = pytest.importorskip("torch")
    model = network_with_head
    state, scales = {}, {}
    arrays = arrays_of(model, random)
    for name, array in arrays.items():
        scope, _, kind = name.removeprefix("RGB/inception_i3d/").rsplit("/", 2)
        if scope.startswith("Mixed"):
            block, branch, unit = scope.split("/")
            place = "" if branch == "Branch_0" else unit[8]
            place = "b" if (block, unit) == ("Mixed_5b", "Conv3d_0a_3x3") else place
            scope = f"{block}.b{branch[-1]}{place}"
        scope = "logits" if scope.startswith("Logits") else scope
        if kind == "w":
            state[f"{scope}.conv3d.weight"] = torch.tensor(
                array.transpose(4, 3, 0, 1, 2).copy()
            )
        elif kind == "b":
            state[f"{scope}.conv3d.bias"] = torch.tensor(array)
        else:
            ours = {"beta": "bias", "moving_mean": "running_mean"}
            state[f"{scope}.bn.{ours.get(kind, 'running_var')}"] = torch.tensor(array)
            scales[scope] = random.uniform(0.5, 2, array.shape).astype("float32")
            state[f"{scope}.bn.weight"] = torch.tensor(scales[scope])
            state[f"{scope}.bn.num_batches_tracked"] = torch.tensor(3)
    assert "Mixed_5b.b2b.conv3d.weight" in state
    assert "Mixed_3b.b3b.bn.bias" in state
    torch.save(state, tmp_path / "i3d.pt")
    load_weights(model, tmp_path / "i3d.pt")
    for scope, layer in (
        ("Conv3d_1a_7x7",) * 2,
        ("Mixed_5b.b2b", "Mixed_5b_Branch_2_Conv3d_0a_3x3"),
    ):
        norm = model.get_layer(f"{layer}_batch_norm")
        kernel = model.get_layer(f"{layer}_conv_3d").kernel.numpy()
        original = state[f"{scope}.conv3d.weight"].numpy().transpose(2, 3, 4, 1, 0)
        np.testing.assert_allclose(kernel, original * scales[scope], rtol=1e-6)
        mean = state[f"{scope}.bn.running_mean"].numpy()
        np.testing.assert_allclose(
            norm.moving_mean.numpy(), mean * scales[scope], rtol=1e-6
        )
        np.testing.assert_array_equal(norm.beta.numpy(), state[f"{scope}.bn.bias"].numpy())
    head = model.get_layer("Logits_Conv3d_0c_1x1_conv_3d")
    np.testing.assert_array_equal(head.bias.numpy(), state["logits.conv3d.bias"].numpy())


@pytest.mark.large
def test_a_pickle_is_not_executed(network, tmp_path):
    torch = pytest.importorskip("torch")

    class Hostile:
        def __reduce__(self):
            return (open, (str(tmp_path / "written"), "w"))

    torch.save({"Conv3d_1a_7x7.conv3d.weight": Hostile()}, tmp_path / "i3d.pt")
    with pytest.raises(WeightsError, match="not a state dict"):
        load_weights(network, tmp_path / "i3d.pt")
    assert not (tmp_path / "written").exists()


@pytest.mark.large
@pytest.mark.parametrize("network", [I3D, C3D, ResNet3D34])
def test_our_own_files_are_read(tmp_path, random, network):
    model = network(**SMALL)
    for weight in model.weights:
        weight.assign(random.normal(size=weight.shape))
    model.save_weights(tmp_path / "own.weights.h5")
    again = network(weights=tmp_path / "own.weights.h5", **SMALL)
    for left, right in zip(again.weights, model.weights, strict=True):
        np.testing.assert_array_equal(left.numpy(), right.numpy())
    wider = network(clip_shape=(16, 32, 32, 3), width=0.125)
    with pytest.raises(WeightsError, match=r"of another shape: .*/beta|of another.*/bias"):
        load_weights(wider, tmp_path / "own.weights.h5")


@pytest.mark.large
def test_our_own_files_are_read_by_name_and_not_by_order(
    network, network_with_head, tmp_path, random
):
    model = network_with_head
    for weight in model.weights:
        weight.assign(random.normal(size=weight.shape))
    path = tmp_path / "i3d.weights.h5"
    model.save_weights(path)
    with h5py.File(path, "r+") as file:
        # The two reductions of a block, of other filters, in the other order.
        layers = file["layers"]
        names = {layers[key]["vars"].attrs["name"]: key for key in layers}
        one = names["Mixed_3b_Branch_1_Conv3d_0a_1x1_conv_3d"]
        two = names["Mixed_3b_Branch_2_Conv3d_0a_1x1_conv_3d"]
        layers.move(one, "moved")
        layers.move(two, one)
        layers.move("moved", two)
    whole, headless = I3D(**SMALL, num_classes=7), network
    expected = {weight.path: weight.numpy() for weight in model.weights}
    for other in (whole, headless):
        load_weights(other, path)
        for weight in other.weights:
            np.testing.assert_array_equal(weight.numpy(), expected[weight.path])
    headless.save_weights(path)
    with pytest.raises(WeightsError, match=r"2 missing: Logits_.*/bias, Logits_.*/kernel"):
        load_weights(whole, path)
    C3D(**SMALL).save_weights(path)
    with pytest.raises(WeightsError, match=r"230 missing: .*; 18 left over: conv1a/bias"):
        load_weights(whole, path)


def test_what_are_no_weights_is_named(network, tmp_path):
    with pytest.raises(WeightsError, match="expected the prefix"):
        load_weights(network, tmp_path / "nowhere.ckpt")
    (tmp_path / "bad.h5").write_bytes(b"no h5")
    with pytest.raises(WeightsError, match="not an h5 file"):
        load_weights(network, tmp_path / "bad.h5")
    (tmp_path / "bad.weights.h5").write_bytes(b"no h5")
    with pytest.raises(WeightsError, match="not an h5 file"):
        load_weights(C3D(**SMALL), tmp_path / "bad.weights.h5")
    (tmp_path / "bad.ckpt.index").write_bytes(b"no index")
    with pytest.raises(WeightsError, match="not a whole TensorFlow checkpoint"):
        load_weights(network, tmp_path / "bad.ckpt")


def test_a_checkpoint_that_was_cut_is_named(network, tmp_path, random):
    write_checkpoint(tmp_path / "model.ckpt", arrays_of(network, random))
    data = tmp_path / "model.ckpt.data-00000-of-00001"
    data.write_bytes(data.read_bytes()[: data.stat().st_size // 2])
    for path in ("model.ckpt", "model.ckpt.index"):
        with pytest.raises(WeightsError, match="not a whole TensorFlow checkpoint"):
            load_weights(network, tmp_path / path)
    data.unlink()
    with pytest.raises(WeightsError, match="not a whole TensorFlow checkpoint"):
        load_weights(network, tmp_path / "model.ckpt")


@pytest.mark.large
def test_a_state_dict_that_lacks_a_convolution_is_named(network, tmp_path):
    torch = pytest.importorskip("torch")
    torch.save({"Conv3d_1a_7x7.bn.weight": torch.ones(4)}, tmp_path / "i3d.pt")
    with pytest.raises(WeightsError, match="228 missing"):
        load_weights(network, tmp_path / "i3d.pt")


def declare_much(group):
    group.create_dataset("kernel:0", (10**5, 10**5), "f4", chunks=(10, 10))


def store_outside(group):
    group.create_dataset("kernel:0", (3, 2), "f4", external=[("/etc/hostname", 0, 24)])


@pytest.mark.parametrize("change", [declare_much, store_outside])
@pytest.mark.parametrize("name", ["w.h5", "w.weights.h5"])
def test_h5_weights_that_are_not_in_the_file_are_not_read(tmp_path, network, change, name):
    with h5py.File(tmp_path / name, "w") as file:
        group = file.create_group("Conv3d_1a_7x7_conv/vars")
        change(group)
        if name == "w.weights.h5":
            group.move("kernel:0", "0")
    with pytest.raises(WeightsError, match=r"but stores 0|lies in other files"):
        load_weights(network, tmp_path / name)


def test_a_checkpoint_that_declares_more_than_it_stores_is_not_read(
    tmp_path, network, random
):
    prefix = write_checkpoint(tmp_path / "model.ckpt", arrays_of(network, random))
    for part in tmp_path.glob("model.ckpt.data-*"):
        part.write_bytes(b"")
    with pytest.raises(WeightsError, match="not a whole TensorFlow checkpoint"):
        load_weights(network, prefix)
