import json
import os
import pathlib
import shutil
import subprocess
import sys
import sysconfig
import types

import keras
import numpy as np
import pytest

import keras_wsad
from keras_wsad.config import ExperimentConfig
from keras_wsad.data import CLASS_NAMES
from keras_wsad.data import Video
from keras_wsad.data import open_experiment_data
from keras_wsad.errors import FeatureFileError
from keras_wsad.errors import RunError
from keras_wsad.export import export_saved_model
from keras_wsad.features import normalize_clips
from keras_wsad.features import pool_segments
from keras_wsad.inference import score_videos
from keras_wsad.models import JointModel

NAMES = (
    "segment_scores",
    "class_probabilities",
    "first_level_attention",
    "second_level_attention",
)


def a_feature_file(tiny_root):
    return sorted((tiny_root / "features").glob("Robbery*.npy"))[0]


def assert_same_predictions(left, right, **tolerance):
    for name in NAMES:
        np.testing.assert_allclose(getattr(left, name), getattr(right, name), **tolerance)


def test_run_folder_model_and_saved_model_agree(tiny_run, tiny_root):
    path = a_feature_file(tiny_root)
    prediction = keras_wsad.load(tiny_run.folder).predict(path)
    assert prediction.segment_scores.shape == (8,)
    assert prediction.class_name == CLASS_NAMES[prediction.class_probabilities.argmax()]
    np.testing.assert_allclose(prediction.class_probabilities.sum(), 1, rtol=1e-5)
    by_model = keras_wsad.load(str(tiny_run.model)).predict(str(path))
    assert_same_predictions(prediction, by_model, rtol=0)
    by_saved_model = keras_wsad.load(tiny_run.saved_model).predict(np.load(path))
    assert_same_predictions(prediction, by_saved_model, rtol=1e-4, atol=1e-6)


def test_prediction_equals_evaluation(tiny_run, tiny_root):
    data = open_experiment_data(tiny_run.load_config())
    predictor = keras_wsad.load(tiny_run.folder)
    model = keras.saving.load_model(tiny_run.model, compile=False)
    scores = score_videos(model, data.store, data.test)
    for place in (0, len(data.test) - 1):
        path = tiny_root / "features" / f"{data.test[place].name}.npy"
        actual = predictor.predict(path)
        for name in NAMES:
            np.testing.assert_allclose(
                getattr(actual, name), scores[name][place], rtol=1e-4, atol=1e-6
            )


def test_crops_are_averaged_up_to_the_number_of_the_config(tiny_run, random):
    predictor = keras_wsad.load(tiny_run.folder)
    crops = random.random((10, 20, 16), "float32")
    singles = [predictor.predict(crop).segment_scores for crop in crops]
    mean = predictor.predict(crops).segment_scores
    np.testing.assert_allclose(mean, np.mean(singles[:5], axis=0), rtol=1e-5)


def test_features_of_another_kind_are_refused(tiny_run):
    predictor = keras_wsad.load(tiny_run.folder)
    with pytest.raises(RunError, match=r"\(K, 16\)"):
        predictor.predict(np.ones((20, 17)))


def test_an_array_is_read_as_the_file_that_holds_it(tiny_run, tmp_path, random):
    predictor = keras_wsad.load(tiny_run.folder)
    array = random.random((40, 10, 16), "float32")
    np.save(tmp_path / "v.npy", array)
    assert_same_predictions(
        predictor.predict(tmp_path / "v.npy"), predictor.predict(array), rtol=0
    )
    with pytest.raises(FeatureFileError, match="no axis of 1, 5 or 10"):
        predictor.predict(random.random((40, 7, 16)))


@pytest.mark.parametrize("num_clips", [1, 5, 10])
def test_the_clips_of_a_file_are_not_taken_for_crops(tiny_run, tmp_path, random, num_clips):
    predictor = keras_wsad.load(tiny_run.folder)
    clips = random.random((num_clips, 16), "float32")
    np.save(tmp_path / "v.npy", clips)
    assert_same_predictions(
        predictor.predict(tmp_path / "v.npy"), predictor.predict(clips), rtol=0
    )


@pytest.mark.parametrize("form", ["folder", "saved_model"])
@pytest.mark.parametrize("shape", [(0, 16), (0, 5, 16), (16,), (2, 3, 4, 16)])
def test_features_without_a_clip_are_refused(tiny_run, form, shape):
    predictor = keras_wsad.load(getattr(tiny_run, form))
    with pytest.raises(RunError, match="K at least 1"):
        predictor.predict(np.ones(shape))


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_features_that_are_not_finite_are_refused(tiny_run, value):
    clips = np.ones((20, 16))
    clips[3, 2] = value
    for form in (tiny_run.folder, tiny_run.saved_model):
        with pytest.raises(RunError, match="finite"):
            keras_wsad.load(form).predict(clips)


def test_what_is_no_model_is_refused(tmp_path, tiny_run):
    with pytest.raises(RunError, match="expected a finished run folder"):
        keras_wsad.load(tmp_path)
    path = tmp_path / "model.keras"
    whole = tiny_run.model.read_bytes()
    for content in (b"no model", whole[: len(whole) // 2], b""):
        path.write_bytes(content)
        with pytest.raises(RunError, match="not a model"):
            keras_wsad.load(path)
    keras.Sequential([keras.Input((3,)), keras.layers.Dense(2)]).save(path)
    with pytest.raises(RunError, match=r"expected a JointModel\. Found Sequential"):
        keras_wsad.load(path)
    shutil.copytree(tiny_run.saved_model, tmp_path / "saved_model")
    (tmp_path / "saved_model/assets.extra/keras_wsad.json").write_text("[")
    with pytest.raises(RunError, match="not one that keras_wsad has exported"):
        keras_wsad.load(tmp_path / "saved_model")


@pytest.mark.parametrize("name", ["saved_model.pb", "variables/variables.index"])
def test_a_damaged_saved_model_is_refused(tiny_run, tmp_path, name):
    path = tmp_path / "saved_model"
    shutil.copytree(tiny_run.saved_model, path)
    (path / name).write_bytes(b"")
    with pytest.raises(RunError, match="a damaged SavedModel"):
        keras_wsad.load(path)
    about = path / "assets.extra" / "keras_wsad.json"
    content = json.loads(about.read_text())
    about.write_text(json.dumps({**content, "threshold": 0.5}))
    with pytest.raises(RunError, match="not one that keras_wsad has exported"):
        keras_wsad.load(path)


def test_an_ablated_model_predicts_without_its_attention(tmp_path, random):
    model = JointModel(8, 16, lstm_units=4, first_level=False, second_level=False)
    model.save(tmp_path / "model.keras")
    prediction = keras_wsad.load(tmp_path / "model.keras").predict(random.random((9, 16)))
    assert prediction.first_level_attention is None
    assert prediction.second_level_attention is None


@pytest.fixture(scope="module")
def saved_models(tmp_path_factory):
    """A small untrained model, exported with each way of pooling."""
    import tensorflow as tf

    folder, model = tmp_path_factory.mktemp("saved"), JointModel(8, 6, lstm_units=4)
    exported = {}
    for alignment in ("aligned", "release"):
        for reduce in ("max", "mean"):
            path = folder / f"{alignment}-{reduce}"
            config = ExperimentConfig(num_segments=8, alignment=alignment, reduce=reduce)
            export_saved_model(model, path, config)
            exported[alignment, reduce] = tf.saved_model.load(str(path))
    return model, exported


@pytest.mark.parametrize("num_clips", [1, 7, 8, 9, 12, 20, 100])
def test_a_saved_model_pools_as_training_does(saved_models, random, num_clips):
    model, exported = saved_models
    clips = random.normal(size=(num_clips, 6)).astype("float32")
    clips[0] = 0
    for (alignment, reduce), saved in exported.items():
        options = {"num_segments": 8, "reduce": reduce, "alignment": alignment}
        inputs = {
            "features": pool_segments(clips, **options)[None],
            "normalized_features": pool_segments(normalize_clips(clips), **options)[None],
        }
        expected, actual = model(inputs), saved.serve_clips(clips)
        for name in NAMES:
            np.testing.assert_allclose(actual[name], expected[name], rtol=1e-4, atol=1e-6)


def test_a_saved_model_takes_any_batch_of_segments(saved_models, random):
    model, exported = saved_models
    for batch in (1, 5):
        features = random.random((batch, 8, 6), "float32")
        inputs = {"features": features, "normalized_features": normalize_clips(features)}
        expected, saved = model(inputs), exported["aligned", "max"]
        both = saved.serve_both(features, inputs["normalized_features"])
        for actual in (saved.serve(features), both):
            assert set(actual) == set(NAMES)
            for name in NAMES:
                np.testing.assert_allclose(
                    actual[name], expected[name], rtol=1e-4, atol=1e-6
                )


# What is taken away for the bare environment: this project, Keras, and what they need.
ABSENT = (
    "__editable__",
    "keras",
    "tensorboard",
    "scipy",
    "sklearn",
    "matplotlib",
    "rich",
    "av",
)


@pytest.fixture(scope="module")
def bare_packages(tmp_path_factory):
    """A folder of packages that has TensorFlow's and not this project's."""
    folder = tmp_path_factory.mktemp("packages")
    for place in {sysconfig.get_path("purelib"), sysconfig.get_path("platlib")}:
        for path in pathlib.Path(place).iterdir():
            if not path.name.startswith(ABSENT) and path.suffix != ".pth":
                (folder / path.name).symlink_to(path)
    return folder


def test_a_saved_model_serves_in_a_bare_environment(tiny_run, tiny_root, bare_packages):
    path = a_feature_file(tiny_root)
    program = """
import importlib.util, json, sys

for name in ("keras", "keras_wsad", "rich", "sklearn"):
    assert importlib.util.find_spec(name) is None, name
import numpy as np
import tensorflow as tf

model = tf.saved_model.load(sys.argv[1])
outputs = model.serve_clips(np.load(sys.argv[2]))
signature = model.signatures["serving_default"]
batch = signature(tf.zeros((3, 8, 16)))
assert batch["segment_scores"].shape == (3, 8)
print(json.dumps({name: tensor.numpy()[0].tolist() for name, tensor in outputs.items()}))
"""
    # Without `site`, no package is found but those of the folder.
    command = [sys.executable, "-S", "-c", program, str(tiny_run.saved_model), str(path)]
    environment = {**os.environ, "PYTHONPATH": str(bare_packages)}
    result = subprocess.run(
        command,
        check=True,
        capture_output=True,
        text=True,
        env=environment,
        cwd=bare_packages.parent,
    )
    outputs = json.loads(result.stdout)
    prediction = keras_wsad.load(tiny_run.folder).predict(path)
    for name in NAMES:
        np.testing.assert_allclose(
            outputs[name], getattr(prediction, name), rtol=1e-4, atol=1e-6
        )


def test_a_saved_model_says_what_it_is(tiny_run):
    about = json.loads((tiny_run.saved_model / "assets.extra/keras_wsad.json").read_text())
    assert about["class_names"] == list(CLASS_NAMES)
    assert (about["num_segments"], about["feature_dim"]) == (8, 16)
    assert (about["reduce"], about["alignment"]) == ("max", "aligned")


def test_scores_are_means_over_so_many_crops(tiny_run, random):
    model = keras.saving.load_model(tiny_run.model, compile=False)
    rows = random.random((9, 8, 16), "float32")
    store = types.SimpleNamespace(
        features=rows,
        normalized_features=normalize_clips(rows),
        videos={"a": range(7), "b": range(7, 9)},
    )
    videos = [Video(name="a", label=0), Video(name="b", label=1)]
    inputs = {"features": rows, "normalized_features": store.normalized_features}
    single = model.predict_on_batch(inputs)
    for crops, of_a in ((1, 1), (5, 5), (10, 7)):
        scores = score_videos(model, store, videos, crops)
        for name in NAMES:
            expected = [
                single[name][:of_a].mean(axis=0),
                single[name][7:][:crops].mean(axis=0),
            ]
            np.testing.assert_allclose(scores[name], expected, rtol=1e-4, atol=1e-6)


def test_many_videos_are_scored_in_batches_of_one_shape(tiny_run, monkeypatch):
    data = open_experiment_data(tiny_run.load_config())
    model = keras.saving.load_model(tiny_run.model, compile=False)
    whole = score_videos(model, data.store, data.test)
    assert len(data.test) == 26
    shapes = set()
    predict = model.predict_on_batch

    def spy(inputs):
        shapes.add(inputs["features"].shape)
        return predict(inputs)

    monkeypatch.setattr("keras_wsad.inference._BATCH", 7)
    monkeypatch.setattr(model, "predict_on_batch", spy)
    parts = score_videos(model, data.store, data.test)
    assert shapes == {(7, 8, 16)}
    for name in NAMES:
        assert len(parts[name]) == 26
        np.testing.assert_allclose(parts[name], whole[name], rtol=1e-4, atol=1e-6)
