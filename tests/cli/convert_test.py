import numpy as np
import pytest

from benchmarks.torch_i3d import TorchI3D
from benchmarks.torch_i3d import random_weights
from keras_wsad.backbones import I3D
from keras_wsad.backbones.verify import PUBLISHED_CLASS
from keras_wsad.backbones.verify import PUBLISHED_LARGEST
from keras_wsad.backbones.verify import PUBLISHED_NORM
from keras_wsad.backbones.verify import SAMPLE_SHAPE
from keras_wsad.cli import main
from tests.backbones.write_checkpoint import write_checkpoint


@pytest.mark.large
def test_weights_without_a_head_are_converted_without_one_and_not_verified(
    tmp_path, capsys, random
):
    arrays = {
        name: array
        for name, array in random_weights(random).items()
        if "/Logits/" not in name
    }
    prefix = write_checkpoint(tmp_path / "model.ckpt", arrays)
    out = tmp_path / "i3d.weights.h5"
    assert main(["convert", f"{prefix}.index", "--backbone=i3d", f"--out={out}"]) == 0
    shown = capsys.readouterr().out
    assert "written by TensorFlow 1; 228 variables, 12,294,544 parameters, no head" in shown
    assert f"{out} is written; sha256 " in shown
    np.save(tmp_path / "clip.npy", random.uniform(-1, 1, SAMPLE_SHAPE).astype("float32"))
    arguments = ["convert", str(prefix), "--backbone=i3d"]
    assert main([*arguments, "--verify", str(tmp_path / "clip.npy")]) == 1
    assert "expected weights with their head" in capsys.readouterr().err
    model = I3D(weights=out)
    kernel = arrays["RGB/inception_i3d/Conv3d_1a_7x7/conv_3d/w"]
    layer = model.get_layer("Conv3d_1a_7x7_conv_3d")
    np.testing.assert_array_equal(layer.kernel.numpy(), kernel)


@pytest.mark.large
def test_outputs_are_verified_before_anything_is_written(tmp_path, capsys, random):
    """Weights whose head gives the published outputs on a clip, and others."""
    pytest.importorskip("torch")
    arrays = random_weights(random)
    clip = random.uniform(-1, 1, SAMPLE_SHAPE).astype("float32")
    np.save(tmp_path / "clip.npy", clip)
    published = random.normal(size=400)
    published[227] = 0
    published *= np.sqrt(PUBLISHED_NORM**2 - PUBLISHED_LARGEST**2) / np.linalg.norm(
        published
    )
    published[227] = PUBLISHED_LARGEST
    bias = "RGB/inception_i3d/Logits/Conv3d_0c_1x1/conv_3d/b"
    arrays[bias] += (published - TorchI3D(arrays)(clip)[1][0]).astype("float32")
    names = [f"class {number}" for number in range(400)]
    names[227] = PUBLISHED_CLASS
    (tmp_path / "label_map.txt").write_text("\n".join(names) + "\n")

    def verify(arrays, out):
        prefix = write_checkpoint(tmp_path / "model.ckpt", arrays)
        return main(
            [
                *("convert", str(prefix), "--backbone=i3d", f"--out={out}"),
                *("--verify", str(tmp_path / "clip.npy")),
                *("--label_map", str(tmp_path / "label_map.txt")),
            ]
        )

    good, bad = tmp_path / "good.weights.h5", tmp_path / "bad.weights.h5"
    assert verify(arrays, good) == 0
    shown = capsys.readouterr().out
    assert shown.count("agrees") == 3
    assert "The outputs are the published ones" in shown
    assert good.is_file()

    name = "RGB/inception_i3d/Mixed_4b/Branch_2/Conv3d_0b_3x3/conv_3d/w"
    assert verify({**arrays, name: arrays[name][::-1]}, bad) == 1
    shown = capsys.readouterr().out
    assert "differs" in shown
    assert "The outputs are not the published ones" in shown
    assert not bad.exists()


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["--backbone=i3d"], "Expected --out, --verify, or both"),
        (["--backbone=i3d", "--out=i3d.h5"], "ends in .weights.h5"),
        (["--backbone=c3d", "--verify=clip.npy"], "--verify is for i3d"),
        (["--backbone=i3d", "--verify=nowhere.npy"], "nowhere.npy: expected an array"),
        (["--backbone=i3d", "--out=a.weights.h5"], "nowhere.ckpt: expected the prefix"),
        (
            ["--backbone=i3d", "--out=a.weights.h5", "--label_map=m"],
            "--label_map is for --verify",
        ),
    ],
)
def test_what_does_not_fit_is_an_error_of_one_line(
    tmp_path, monkeypatch, arguments, complaint, capsys
):
    monkeypatch.chdir(tmp_path)
    assert main(["convert", "nowhere.ckpt", *arguments]) == 1
    error = capsys.readouterr().err
    assert error.startswith("error: ")
    assert complaint in error
    assert error.count("\n") == 1
    assert not list(tmp_path.iterdir())
