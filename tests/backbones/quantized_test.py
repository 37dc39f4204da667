import dataclasses
import json
import sys
import types

import numpy as np
import pytest

import keras_wsad
from keras_wsad.backbones import open_backbone
from keras_wsad.backbones import openvino_network
from keras_wsad.backbones.quantized import relative_error
from keras_wsad.cli import main
from keras_wsad.errors import ConfigError
from keras_wsad.errors import MissingExtraError
from keras_wsad.errors import RunError
from keras_wsad.errors import WeightsError
from keras_wsad.extras import import_extra
from tests.needs_bfloat16 import needs_bfloat16

pytestmark = pytest.mark.large

needs_openvino = pytest.mark.usefixtures("extra")


@pytest.fixture(scope="module")
def extra():
    for name in ("openvino", "nncf"):
        pytest.importorskip(name, reason="the extra openvino is not installed")


@pytest.fixture(scope="module")
def clips(request):
    return np.random.default_rng(0).integers(0, 256, (3, 16, 80, 80, 3), np.uint8)


@pytest.fixture(scope="module")
def folder(extra, video, tmp_path_factory):
    path = tmp_path_factory.mktemp("int8") / "compact.openvino"
    options = ["--backbone=compact", f"--out={path}", "--clips=4"]
    assert main(["quantize", str(video), *options]) == 0
    return path


@needs_openvino
@pytest.mark.parametrize(
    ("precision", "bound"),
    [("float32", 1e-5), pytest.param("bfloat16", 0.03, marks=needs_bfloat16)],
)
def test_openvino_computes_the_same_features(clips, precision, bound):
    expected = open_backbone("compact")(clips)
    backbone = open_backbone("compact", precision=precision, runtime="openvino")
    assert (backbone.runtime, backbone.precision) == ("openvino", precision)
    error = relative_error(backbone(clips), expected)
    # Without the precision hint OpenVINO would round float32 to eight significant bits too.
    assert error < bound


def test_int8_is_known_by_its_folder(folder, clips):
    plain = open_backbone("compact")
    backbone = open_backbone("compact", folder)
    assert (backbone.runtime, backbone.precision) == ("openvino", "int8")
    assert backbone.quantized_from == plain.weights != backbone.weights
    np.testing.assert_array_equal(backbone(clips), open_backbone("compact", folder)(clips))
    assert 1e-4 < relative_error(backbone(clips), plain(clips)) < 0.5
    about = json.loads((folder / "about.json").read_text())
    assert about["clips"] == 4 and about["relative_error"] < 0.5


def test_what_stands_there_is_not_replaced(folder, video, capsys):
    before = (folder / "model.bin").read_bytes()
    assert main(["quantize", str(video), "--backbone=compact", f"--out={folder}"]) == 1
    assert "compact.openvino: expected a folder to make" in capsys.readouterr().err
    assert (folder / "model.bin").read_bytes() == before


@needs_openvino
def test_a_precision_that_the_processor_does_not_compute_in_raises(monkeypatch):
    """As if OpenVINO did not know the units and silently took float32."""
    openvino = import_extra("openvino", "openvino")

    class Core:
        def compile_model(self, model, device, hints):
            hints = {**hints, "INFERENCE_PRECISION_HINT": "f32"}
            return openvino.Core().compile_model(model, device, hints)

    stand_in = types.SimpleNamespace(Core=Core, convert_model=openvino.convert_model)
    monkeypatch.setattr(openvino_network, "import_extra", lambda *_: stand_in)
    monkeypatch.setattr("keras_wsad.hardware.has_bfloat16", lambda: True)
    with pytest.raises(ConfigError, match=r"computes in bf16 .* Here it takes f32"):
        open_backbone("compact", precision="bfloat16", runtime="openvino")


@needs_openvino
def test_what_openvino_cannot_compile_is_an_error_of_ours(monkeypatch):
    monkeypatch.setitem(openvino_network._HINTS, "float32", "no precision")
    with pytest.raises(ConfigError, match="OpenVINO cannot compile"):
        open_backbone("compact", runtime="openvino")


def test_features_of_int8_say_so_and_are_not_mixed_with_others(
    folder, video, tmp_path, capsys
):
    command = ["extract", str(video), "--backbone=compact", f"--out={tmp_path}"]
    assert main([*command, f"--weights={folder}"]) == 0
    extraction = json.loads((tmp_path / "camera.json").read_text())["extraction"]
    assert (extraction["precision"], extraction["runtime"]) == ("int8", "openvino")
    assert main(command) == 1
    assert "precision float32 (was int8)" in capsys.readouterr().err


def test_prediction_takes_int8_of_the_training_weights_alone(folder, compact_run, video):
    predictor = keras_wsad.load(compact_run.folder)
    with pytest.raises(WeightsError, match="expected the weights"):
        predictor.open_backbone(folder)
    trained_on = open_backbone("compact").weights
    set_extraction(predictor, weights=trained_on)
    assert predictor.predict_video(video, weights=folder).precision == "int8"
    of_int8 = {"weights": open_backbone("compact", folder).weights, "precision": "int8"}
    set_extraction(predictor, **of_int8)
    with pytest.raises(RunError, match="written by `keras-wsad quantize`"):
        predictor.open_backbone()
    assert predictor.predict_video(video, weights=folder).precision == "int8"


def set_extraction(predictor, **changes):
    extraction = dataclasses.replace(predictor.card.extraction, **changes)
    predictor.card = dataclasses.replace(predictor.card, extraction=extraction)


def test_another_backbone_or_a_cut_folder_raises(folder, tmp_path):
    with pytest.raises(WeightsError, match=r"expected weights of c3d\. Found compact"):
        open_backbone("c3d", folder)
    (tmp_path / "cut.openvino").mkdir()
    (tmp_path / "cut.openvino" / "about.json").write_bytes(
        (folder / "about.json").read_bytes()
    )
    with pytest.raises(WeightsError, match="that `keras-wsad quantize` wrote"):
        open_backbone("compact", tmp_path / "cut.openvino")


@pytest.mark.parametrize(
    ("weights", "settings"),
    [
        ("f.openvino", {"precision": "bfloat16"}),
        ("f.openvino", {"runtime": "tensorflow"}),
        ("random", {"precision": "int8"}),
    ],
)
def test_contradictions_raise(weights, settings):
    with pytest.raises(ConfigError, match="int8"):
        open_backbone("compact", weights, **settings)


def test_a_missing_extra_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "openvino", None)
    with pytest.raises(MissingExtraError, match=r"pip install 'keras_wsad\[openvino\]'"):
        open_backbone("compact", "random", runtime="openvino")
