import numpy as np
import pytest

from benchmarks.torch_i3d import TorchI3D
from benchmarks.torch_i3d import random_weights
from keras_wsad.backbones import I3D
from keras_wsad.backbones.verify import PUBLISHED_LARGEST
from keras_wsad.backbones.verify import PUBLISHED_NORM
from keras_wsad.backbones.verify import SAMPLE_SHAPE
from keras_wsad.backbones.verify import agree
from keras_wsad.backbones.verify import compare_with_published
from keras_wsad.backbones.verify import read_clip
from keras_wsad.backbones.verify import read_label_map
from keras_wsad.errors import DataError
from tests.backbones.write_checkpoint import write_checkpoint


def test_the_published_numbers_agree_with_themselves():
    logits = np.zeros(400)
    logits[227] = PUBLISHED_LARGEST
    logits[:227] = np.sqrt((PUBLISHED_NORM**2 - PUBLISHED_LARGEST**2) / 227)
    names = [f"class {number}" for number in range(400)]
    names[227] = "playing cricket"
    comparisons = compare_with_published(logits[None], names)
    assert [row.agrees for row in comparisons] == [True, True, True]
    assert comparisons[0].measured == pytest.approx(87.108887)
    assert agree(comparisons)


def test_each_output_that_differs_is_found():
    logits = np.array([3.0, 4.0])
    like = {"norm": 5.0, "largest": 4.0, "class_name": "b"}
    assert agree(compare_with_published(logits, ["a", "b"], **like))
    for number, (other, names) in enumerate(
        [
            ({"norm": 5.0011}, ["a", "b"]),
            ({"largest": 3.9989}, ["a", "b"]),
            ({}, ["b", "a"]),
        ]
    ):
        rows = compare_with_published(logits, names, **{**like, **other})
        assert [row.agrees for row in rows] == [place != number for place in range(3)]
        assert not agree(rows)
    assert agree(compare_with_published(logits, None, **{**like, "norm": 5.0009}))
    assert compare_with_published(logits, **like)[2].agrees is None
    assert not agree(compare_with_published([np.nan, 4.0], **like))


@pytest.mark.large
def test_what_is_measured_is_what_another_network_computes(tmp_path, random):
    pytest.importorskip("torch")
    arrays = random_weights(random, width=0.125, num_classes=7)
    shape = (1, 23, 64, 64, 3)
    np.save(tmp_path / "clip.npy", random.uniform(-1, 1, shape).astype("float32"))
    clip = read_clip(tmp_path / "clip.npy", shape)
    logits = TorchI3D(arrays)(clip)[1]
    names = [f"class {number}" for number in range(7)]
    published = {
        "norm": np.linalg.norm(logits),
        "largest": logits.max(),
        "class_name": names[logits.argmax()],
        "tolerance": 1e-4,
    }

    def compare(arrays, name):
        weights = write_checkpoint(tmp_path / name, arrays)
        model = I3D(weights=weights, clip_shape=shape[1:], width=0.125, num_classes=7)
        return compare_with_published(model.predict(clip, verbose=0), names, **published)

    assert [row.agrees for row in compare(arrays, "whole")] == [True, True, True]
    for name in (
        "Conv3d_1a_7x7/batch_norm/beta",
        "Mixed_5c/Branch_0/Conv3d_0a_1x1/conv_3d/w",
    ):
        name = f"RGB/inception_i3d/{name}"
        perturbed = {**arrays, name: arrays[name] * 1.01}
        assert not agree(compare(perturbed, "perturbed"))


def test_a_clip_that_is_not_the_published_one_raises(tmp_path, random):
    path, shape = tmp_path / "clip.npy", (1, 4, 2, 2, 3)
    clip = random.uniform(-1, 1, shape)
    np.save(path, clip)
    assert read_clip(path, shape).dtype == np.float32
    with pytest.raises(DataError, match=r"npy: expected floats of shape \(1, 79, 224"):
        read_clip(path)
    assert SAMPLE_SHAPE == (1, 79, 224, 224, 3)
    for wrong, complaint in (
        (clip[0], r"Found float64 \(4, 2, 2, 3\)"),
        ((clip * 127).astype("int8"), "Found int8"),
        (clip * 255, "pixels from -1 to 1"),
        (np.abs(clip), "pixels from -1 to 1. Found 0"),
        (np.full(shape, np.nan), "pixels from -1 to 1. Found nan"),
        (np.array([{}], dtype=object), "expected an array"),
    ):
        np.save(path, wrong)
        with pytest.raises(DataError, match=complaint):
            read_clip(path, shape)
    np.savez(tmp_path / "clip.npz", clip)
    for path, content in (
        (tmp_path / "clip.npz", None),
        (tmp_path / "empty.npy", b""),
        (tmp_path / "nowhere.npy", None),
    ):
        if content is not None:
            path.write_bytes(content)
        with pytest.raises(DataError, match="expected"):
            read_clip(path, shape)


def test_a_label_map_has_a_name_for_each_class(tmp_path):
    path = tmp_path / "label_map.txt"
    path.write_text("abseiling\nair drumming\n")
    assert read_label_map(path, 2) == ["abseiling", "air drumming"]
    with pytest.raises(DataError, match="expected 400 names"):
        read_label_map(path, 400)
    path.write_bytes(b"\xff\xfe\x00")
    for wrong in (path, tmp_path / "nowhere.txt"):
        with pytest.raises(DataError, match="expected a list of class names"):
            read_label_map(wrong, 2)
