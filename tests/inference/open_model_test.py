import json
import shutil
import types

import keras
import numpy as np
import pytest

import keras_wsad
from keras_wsad.baselines.score_videos import score_videos
from keras_wsad.data import CLASS_NAMES
from keras_wsad.data import Video
from keras_wsad.data import open_experiment_data
from keras_wsad.errors import FeatureFileError
from keras_wsad.errors import RunError
from keras_wsad.features import normalize_clips
from keras_wsad.inference import compiled
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


def test_run_folder_model_and_saved_model_agree(
    tiny_run, tiny_root, predictor, saved_predictor
):
    path = a_feature_file(tiny_root)
    prediction = predictor.predict(path)
    assert prediction.segment_scores.shape == (8,)
    assert prediction.class_name == CLASS_NAMES[prediction.class_probabilities.argmax()]
    np.testing.assert_allclose(prediction.class_probabilities.sum(), 1, rtol=1e-5)
    by_model = keras_wsad.load(str(tiny_run.model)).predict(str(path))
    assert_same_predictions(prediction, by_model, rtol=0)
    by_saved_model = saved_predictor.predict(np.load(path))
    assert_same_predictions(prediction, by_saved_model, rtol=1e-4, atol=1e-6)


@pytest.fixture(scope="module")
def model(tiny_run):
    return keras.saving.load_model(tiny_run.model, compile=False)


def test_prediction_equals_evaluation(tiny_run, tiny_root, predictor, model):
    data = open_experiment_data(tiny_run.load_config())
    scores = score_videos(model, data.store, data.test)
    calibration = predictor.card.calibration
    scores["segment_scores"] = calibration(scores["segment_scores"])
    for place in (0, len(data.test) - 1):
        path = tiny_root / "features" / f"{data.test[place].name}.npy"
        actual = predictor.predict(path)
        for name in NAMES:
            np.testing.assert_allclose(
                getattr(actual, name), scores[name][place], rtol=1e-4, atol=1e-6
            )


def test_crops_are_averaged_up_to_the_number_of_the_config(tiny_run, tmp_path, random):
    # A model alone: its scores are averaged before they would be calibrated.
    shutil.copy(tiny_run.model, tmp_path / "model.keras")
    predictor = keras_wsad.load(tmp_path / "model.keras")
    crops = random.random((10, 20, 16), "float32")
    singles = [predictor.predict(crop).segment_scores for crop in crops]
    mean = predictor.predict(crops).segment_scores
    np.testing.assert_allclose(mean, np.mean(singles[:5], axis=0), rtol=1e-5)


def test_features_of_another_kind_raise(predictor):
    with pytest.raises(RunError, match=r"\(K, 16\)"):
        predictor.predict(np.ones((20, 17)))


def test_an_array_is_read_as_the_file_that_holds_it(predictor, tmp_path, random):
    array = random.random((40, 10, 16), "float32")
    np.save(tmp_path / "v.npy", array)
    assert_same_predictions(
        predictor.predict(tmp_path / "v.npy"), predictor.predict(array), rtol=0
    )
    with pytest.raises(FeatureFileError, match="no axis of 1, 5 or 10"):
        predictor.predict(random.random((40, 7, 16)))


@pytest.mark.parametrize("num_clips", [1, 5, 10])
def test_the_clips_of_a_file_are_not_taken_for_crops(
    predictor, tmp_path, random, num_clips
):
    clips = random.random((num_clips, 16), "float32")
    np.save(tmp_path / "v.npy", clips)
    assert_same_predictions(
        predictor.predict(tmp_path / "v.npy"), predictor.predict(clips), rtol=0
    )


@pytest.mark.parametrize("shape", [(0, 16), (0, 5, 16), (16,), (2, 3, 4, 16)])
def test_features_without_a_clip_raise(predictor, saved_predictor, shape):
    for form in (predictor, saved_predictor):
        with pytest.raises(RunError, match="K at least 1"):
            form.predict(np.ones(shape))


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_features_that_are_not_finite_raise(predictor, saved_predictor, value):
    clips = np.ones((20, 16))
    clips[3, 2] = value
    for form in (predictor, saved_predictor):
        with pytest.raises(RunError, match="finite"):
            form.predict(clips)


def test_what_is_no_model_raises(tmp_path, tiny_run):
    with pytest.raises(RunError, match="expected a finished run folder"):
        keras_wsad.load(tmp_path)
    path = tmp_path / "model.keras"
    whole = tiny_run.model.read_bytes()
    for content in (b"no model", whole[: len(whole) // 2], b""):
        path.write_bytes(content)
        with pytest.raises(RunError, match="not a model"):
            keras_wsad.load(path)
    keras.Sequential([keras.Input((3,)), keras.layers.Dense(2)]).save(path)
    with pytest.raises(RunError, match=r"expected JointModel.* Found Sequential"):
        keras_wsad.load(path)
    shutil.copytree(tiny_run.saved_model, tmp_path / "saved_model")
    (tmp_path / "saved_model/assets.extra/keras_wsad.json").write_text("[")
    with pytest.raises(RunError, match="not one that keras_wsad has exported"):
        keras_wsad.load(tmp_path / "saved_model")


@pytest.mark.parametrize("name", ["saved_model.pb", "variables/variables.index"])
def test_a_damaged_saved_model_raises(tiny_run, tmp_path, name):
    path = tmp_path / "saved_model"
    shutil.copytree(tiny_run.saved_model, path)
    (path / name).write_bytes(b"")
    with pytest.raises(RunError, match="a damaged SavedModel"):
        keras_wsad.load(path)
    about = path / "assets.extra" / "keras_wsad.json"
    content = json.loads(about.read_text())
    about.write_text(json.dumps({**content, "calibration": 0.5}))
    with pytest.raises(RunError, match="not one that keras_wsad has exported"):
        keras_wsad.load(path)


def test_an_ablated_model_predicts_without_its_attention(tmp_path, random):
    model = JointModel(8, 16, lstm_units=4, first_level=False, second_level=False)
    model.save(tmp_path / "model.keras")
    prediction = keras_wsad.load(tmp_path / "model.keras").predict(random.random((9, 16)))
    assert prediction.first_level_attention is None
    assert prediction.second_level_attention is None


def test_scores_are_means_over_so_many_crops(model, random):
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


def test_many_videos_are_scored_in_batches_of_one_shape(tiny_run, model, monkeypatch):
    data = open_experiment_data(tiny_run.load_config())
    whole = score_videos(model, data.store, data.test)
    assert len(data.test) == 26
    shapes = set()
    predict = model.predict_on_batch

    def spy(inputs):
        shapes.add(inputs["features"].shape)
        return predict(inputs)

    monkeypatch.setattr("keras_wsad.baselines.score_videos._BATCH", 7)
    monkeypatch.setattr(model, "predict_on_batch", spy)
    parts = score_videos(model, data.store, data.test)
    assert shapes == {(7, 8, 16)}
    for name in NAMES:
        assert len(parts[name]) == 26
        np.testing.assert_allclose(parts[name], whole[name], rtol=1e-4, atol=1e-6)


def test_a_model_is_traced_once_whatever_the_batch(random, monkeypatch):
    model = JointModel(num_segments=5, feature_dim=7, num_classes=3, lstm_units=4)
    # Without a graph of its own for each batch.
    model.run_eagerly = True
    batches = [
        {name: random.random((batch, 5, 7), "float32") for name in model.input}
        for batch in (1, 3, 60, 1)
    ]
    expected = [model.predict_on_batch(inputs) for inputs in batches]
    traced, call = [], JointModel.call

    def counted(self, *arguments, **options):
        traced.append(self)
        return call(self, *arguments, **options)

    monkeypatch.setattr(JointModel, "call", counted)
    outputs = compiled(model)
    for inputs, wanted in zip(batches, expected, strict=True):
        found = outputs(inputs)
        assert found.keys() == wanted.keys()
        for name, array in found.items():
            assert array.dtype == np.float32
            np.testing.assert_allclose(array, wanted[name], rtol=1e-5, atol=1e-6)
    assert len(traced) == 1
