import dataclasses
import json
import os
import shutil
import subprocess
import sys

import keras
import numpy as np
import pytest

import keras_wsad
from keras_wsad.baselines.registry import published_settings
from keras_wsad.cli import main
from keras_wsad.config import ExperimentConfig
from keras_wsad.config import save_config
from keras_wsad.data.standardization import Standardization
from keras_wsad.errors import ConfigError
from keras_wsad.errors import ExportError
from keras_wsad.errors import MissingExtraError
from keras_wsad.errors import RunError
from keras_wsad.inference import export_run as module
from keras_wsad.inference.check_export import compare
from keras_wsad.inference.export_run import export_run
from keras_wsad.inference.exported import sha256_of
from keras_wsad.inference.portable import portable
from keras_wsad.layers import LSTM
from keras_wsad.models import EquivariantModel
from keras_wsad.runs import Run
from tests.inference.open_model_test import a_feature_file

NEEDS = {"savedmodel": "tensorflow", "onnx": "tf2onnx", "openvino": "openvino"}
NEEDS["litert"] = "ai_edge_litert"
FORMATS = tuple(NEEDS)


def assert_same(left, right, atol=1e-5):
    left, right = dataclasses.asdict(left), dataclasses.asdict(right)
    assert left.keys() == right.keys()
    assert left.pop("class_name") == right.pop("class_name")
    for name, values in left.items():
        if values is None:
            assert right[name] is None
        else:
            np.testing.assert_allclose(values, right[name], rtol=0, atol=atol)


@pytest.fixture(scope="module")
def exported(tiny_run, tmp_path_factory):
    folder = tmp_path_factory.mktemp("exported") / "tiny"
    export_run(tiny_run.folder, folder, "savedmodel")
    return folder


@pytest.fixture(scope="module")
def equivariant_run(tmp_path_factory):
    """An untrained run whose features are standardised and whose scores pile up at 0."""
    run = Run(tmp_path_factory.mktemp("runs") / "equivariant")
    settings = published_settings("equivariant", embedded=False)
    config = ExperimentConfig(**settings, num_segments=8, test_crops=5)
    save_config(config, run.config)
    calibration = {"slope": 0.1, "offset": 0.5, "videos": 12}
    content = {"checkpoint": {"rule": "last"}, "calibration": calibration}
    run.training.write_text(json.dumps(content))
    random = np.random.default_rng(1)
    mean, scale = random.random((2, 2, 6), np.float32)
    Standardization(mean=mean, scale=scale + 0.1).save(run.standardization)
    keras.utils.set_random_seed(3)
    model = EquivariantModel(8, 6, detection_units=8, class_units=8)
    weights = random.normal(size=(8, 1)) * 20
    model.get_layer("detection_score").set_weights([weights, np.full(1, -20.0)])
    model.save(run.model)
    return run


def test_an_export_scores_as_the_run_does(exported, predictor, tiny_root, random):
    loaded = keras_wsad.load(exported)
    path = a_feature_file(tiny_root)
    assert_same(loaded.predict(path), predictor.predict(path))
    crops = random.random((5, 20, 16), np.float32)
    assert_same(loaded.predict(crops), predictor.predict(crops))


def test_a_card_says_what_the_model_is(exported, tiny_run):
    card = json.loads((exported / "model_card.json").read_text())
    assert card["system"] == "joint"
    assert card["class_names"][7] == card["normal_class"] == "Normal"
    assert card["calibration"] == tiny_run.load_training()["calibration"]
    assert card["metrics"]["detection"]["aligned"]["auc"] > 0
    assert card["versions"]["exported_with"]["keras"] == keras.__version__
    for name, digest in card["files"].items():
        assert sha256_of(exported / name) == digest
        assert digest in (exported / "model_card.md").read_text()
    # The run on features without sidecars has no backbone.
    assert json.loads((exported / "manifest.json").read_text())["backbone"] is None


@pytest.mark.parametrize("file", ["head/1/saved_model.pb", "model_card.json"])
def test_a_damaged_file_is_refused(exported, tmp_path, file):
    folder = tmp_path / "copy"
    shutil.copytree(exported, folder)
    content = bytearray((folder / file).read_bytes())
    content[len(content) // 2] ^= 1
    (folder / file).write_bytes(content)
    with pytest.raises(RunError, match=f"{file}: damaged"):
        keras_wsad.load(folder)
    (folder / file).unlink()
    with pytest.raises(RunError, match="Found none"):
        keras_wsad.load(folder)


@pytest.mark.parametrize("content", ["{}", "[]", "{", '{"format": "other"}'])
def test_a_damaged_manifest_is_refused(tmp_path, content):
    (tmp_path / "manifest.json").write_text(content)
    with pytest.raises(RunError, match="not a whole exported model"):
        keras_wsad.load(tmp_path)


def test_what_computes_something_else_is_removed(tiny_run, tmp_path, monkeypatch, capsys):
    def open_other(path, kind):
        run = open_graph(path, kind)

        def other(inputs):
            outputs = run(inputs)
            return {**outputs, "segment_scores": outputs["segment_scores"] + 1e-3}

        return other

    open_graph = module.open_graph
    monkeypatch.setattr(module, "open_graph", open_other)
    out = tmp_path / "out"
    options = ["--format=savedmodel", f"--out={out}"]
    assert main(["export", str(tiny_run.folder), *options]) == 1
    assert "Found a difference of 1.0e-03" in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


def test_outputs_are_compared_by_name_shape_and_value():
    expected = {"a": np.zeros((2, 3)), "b": np.ones(2)}
    allowed = {"a": 0.1, "b": 0.1}
    close = {"a": np.full((2, 3), 0.05), "b": np.ones(2)}
    assert compare(close, expected, allowed, "a case") == 0.05
    wrong = [
        {"a": close["a"]},
        {**close, "c": close["b"]},
        {**close, "b": np.ones((2, 1))},
        {**close, "b": np.array([1, 1.2])},
        {**close, "b": np.array([1, np.nan])},
    ]
    for found in wrong:
        with pytest.raises(ExportError):
            compare(found, expected, allowed, "a case")


def test_a_missing_extra_is_named(tiny_run, tmp_path, monkeypatch):
    for kind, name in (("onnx", "tf2onnx"), ("litert", "ai_edge_litert.interpreter")):
        monkeypatch.setitem(sys.modules, "onnxruntime", sys)
        monkeypatch.setitem(sys.modules, "onnx", sys)
        monkeypatch.setitem(sys.modules, name, None)
        with pytest.raises(MissingExtraError, match=rf"pip install 'keras_wsad\[{kind}\]'"):
            export_run(tiny_run.folder, tmp_path / "out", kind)


def test_no_folder_is_overwritten(tiny_run, tmp_path):
    with pytest.raises(ConfigError, match="exists already"):
        export_run(tiny_run.folder, tmp_path, "savedmodel")


def test_layers_are_as_before_once_they_are_exported(random):
    inputs = keras.Input((4, 6, 6, 2))
    x = keras.layers.MaxPooling3D(3, 2, padding="same")(inputs)
    x = keras.layers.AveragePooling3D((2, 3, 3), 1)(x)
    x = LSTM(3, return_sequences=True)(keras.layers.Reshape((1, 2))(x))
    model = keras.Model(inputs, x)
    before = [dict(vars(layer)) for layer in model.layers]
    clips = random.normal(size=(2, 4, 6, 6, 2)).astype("float32")
    expected = model(clips)
    with portable(model, unroll=True):
        np.testing.assert_allclose(model(clips), expected, atol=1e-6)
        assert "call" in vars(model.layers[1])
    for layer, content in zip(model.layers, before, strict=True):
        assert vars(layer).keys() == content.keys()
        assert getattr(layer, "unroll", None) == content.get("unroll")


def test_an_average_with_padding_is_refused_and_nothing_stays_changed():
    inputs = keras.Input((4, 6, 6, 2))
    x = keras.layers.MaxPooling3D(2)(inputs)
    x = keras.layers.AveragePooling3D(2, padding="same")(x)
    model = keras.Model(inputs, x)
    refused = pytest.raises(ExportError, match="an average without padding")
    with refused, portable(model, unroll=True):
        pass
    assert not any("call" in vars(layer) for layer in model.layers)


@pytest.mark.large
@pytest.mark.parametrize("kind", FORMATS)
def test_each_format_scores_as_the_run_does(
    kind, tiny_run, tiny_root, equivariant_run, tmp_path, random
):
    pytest.importorskip(NEEDS[kind])
    path = a_feature_file(tiny_root)
    crops = random.normal(size=(5, 9, 6)).astype("float32")
    for run, features in ((tiny_run, path), (equivariant_run, crops)):
        out = tmp_path / run.folder.name
        assert main(["export", str(run.folder), f"--format={kind}", f"--out={out}"]) == 0
        expected = keras_wsad.load(run.folder).predict(features)
        assert_same(keras_wsad.load(out).predict(features), expected)
    raw = keras_wsad.load(run.folder)._score_crops
    assert np.ptp(raw(crops)["segment_scores"]) > 0.2


@pytest.mark.large
@pytest.mark.parametrize("kind", FORMATS)
def test_a_video_is_predicted_from_its_pixels(
    kind, compact_run, loaded_compact, video, tmp_path
):
    pytest.importorskip(NEEDS[kind])
    out = tmp_path / "out"
    export_run(compact_run.folder, out, kind)
    loaded = keras_wsad.load(out)
    prediction, expected = loaded.predict_video(video), loaded_compact.predict_video(video)
    np.testing.assert_allclose(
        prediction.segment_scores, expected.segment_scores, rtol=0, atol=1e-5
    )
    assert loaded.open_backbone().runtime != loaded_compact.open_backbone().runtime or (
        kind == "savedmodel"
    )


@pytest.mark.large
def test_onnx_needs_onnxruntime_and_numpy_alone(tiny_run, tiny_root, predictor, tmp_path):
    pytest.importorskip("tf2onnx")
    out, path = tmp_path / "out", a_feature_file(tiny_root)
    export_run(tiny_run.folder, out, "onnx")
    program = """
import sys

allowed = {"numpy", "onnxruntime", "keras_wsad", *sys.stdlib_module_names}

class Refuse:
    def find_spec(self, name, path=None, target=None):
        if path is None and name.partition(".")[0] not in allowed:
            raise ModuleNotFoundError(f"{name} is not installed here", name=name)

sys.meta_path.insert(0, Refuse())
import json, keras_wsad

prediction = keras_wsad.load(sys.argv[1]).predict(sys.argv[2])
assert not {"keras", "tensorflow", "torch", "sklearn", "scipy"} & set(sys.modules)
print(json.dumps([prediction.segment_scores.tolist(), prediction.class_name]))
"""
    result = subprocess.run(
        [sys.executable, "-c", program, str(out), str(path)],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(os.path.dirname(keras_wsad.__path__[0]))},
    )
    assert result.returncode == 0, result.stderr
    scores, class_name = json.loads(result.stdout.splitlines()[-1])
    expected = predictor.predict(path)
    np.testing.assert_allclose(scores, expected.segment_scores, rtol=0, atol=1e-5)
    assert class_name == expected.class_name


@pytest.mark.large
def test_saved_model_cli_runs_the_head(exported, predictor, tmp_path, random):
    features = random.random((2, 8, 16), np.float32)
    np.save(tmp_path / "features.npy", features)
    command = [sys.executable, "-m", "tensorflow.python.tools.saved_model_cli", "run"]
    options = [f"--dir={exported / 'head/1'}", "--tag_set=serve", f"--outdir={tmp_path}"]
    inputs = f"--inputs=features={tmp_path / 'features.npy'}"
    options += ["--signature_def=serving_default", inputs]
    subprocess.run([*command, *options], check=True, capture_output=True)
    scores = np.load(tmp_path / "segment_scores.npy")
    # Eight clips are eight segments.
    for row, clips in zip(scores, features, strict=True):
        expected = predictor.predict(clips).segment_scores
        np.testing.assert_allclose(row, expected, rtol=0, atol=1e-5)
