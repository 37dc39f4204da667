import json
import os
import pathlib
import subprocess
import sys
import sysconfig

import keras
import numpy as np
import pytest

import keras_wsad
from keras_wsad.config import ExperimentConfig
from keras_wsad.data import CLASS_NAMES
from keras_wsad.features import normalize_clips
from keras_wsad.features import pool_segments
from keras_wsad.inference.export import export_saved_model
from keras_wsad.inference.model_card import ModelCard
from keras_wsad.metrics.calibration import Calibration
from keras_wsad.models import JointModel
from tests.inference.open_model_test import NAMES
from tests.inference.open_model_test import a_feature_file

CALIBRATION = Calibration(slope=0.4, offset=-0.5, videos=9)


def calibrated(outputs, calibration=CALIBRATION):
    return {**outputs, "segment_scores": calibration(outputs["segment_scores"])}


def test_crops_are_averaged_before_scores_are_calibrated(saved_models, random):
    model, exported = saved_models
    crops = random.normal(size=(3, 8, 6)).astype("float32")
    inputs = {"features": crops, "normalized_features": normalize_clips(crops)}
    scores = np.asarray(model(inputs)["segment_scores"])
    assert np.ptp(scores, axis=0).max() > 0.5
    expected = CALIBRATION(scores.mean(axis=0))
    outputs = exported["aligned", "max"].serve_clips(crops)
    np.testing.assert_allclose(outputs["segment_scores"][0], expected, rtol=1e-4)


def test_calibration_in_a_graph_is_the_same():
    scores = np.array([[0, 1e-30, 0.01, 0.5, 1 - 2**-24, 1]], "float32")
    for slope in (0.1, 3.0):
        calibration = Calibration(slope=slope, offset=0.5)
        np.testing.assert_allclose(
            calibration.in_tensorflow(scores), calibration(scores), rtol=1e-6
        )
        np.testing.assert_allclose(
            calibration.in_float32(scores), calibration(scores), atol=1e-6
        )


@pytest.fixture(scope="module")
def saved_models(tmp_path_factory):
    """A small untrained model, exported with each way of pooling."""
    import tensorflow as tf

    folder = tmp_path_factory.mktemp("saved")
    model = JointModel(8, 6, lstm_units=4, first_level_units=8)
    # Scores that are far from one another.
    model.get_layer("detection_score").set_weights([np.full((96, 1), 9.0), np.zeros(1)])
    exported = {}
    for alignment, reduce in (("aligned", "max"), ("release", "mean")):
        config = ExperimentConfig(num_segments=8, alignment=alignment, reduce=reduce)
        card = ModelCard.of(model, config, CALIBRATION)
        export_saved_model(model, folder / reduce, card)
        exported[alignment, reduce] = tf.saved_model.load(str(folder / reduce))
    return model, exported


@pytest.mark.large
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
        expected, actual = calibrated(model(inputs)), saved.serve_clips(clips[None])
        for name in NAMES:
            np.testing.assert_allclose(actual[name], expected[name], rtol=1e-4, atol=1e-6)


def test_a_saved_model_takes_any_batch_of_segments(tiny_run, random):
    import tensorflow as tf

    model = keras.saving.load_model(tiny_run.model, compile=False)
    saved = tf.saved_model.load(str(tiny_run.saved_model))
    card = keras_wsad.load(tiny_run.saved_model).card
    for batch in (1, 5):
        features = random.random((batch, 8, 16), "float32")
        inputs = {"features": features, "normalized_features": normalize_clips(features)}
        expected = calibrated(model(inputs), card.calibration)
        both = saved.serve_both(features, inputs["normalized_features"])
        for actual in (saved.serve(features), both):
            assert set(actual) == set(NAMES)
            for name in NAMES:
                np.testing.assert_allclose(
                    actual[name], expected[name], rtol=1e-4, atol=1e-6
                )


# Packages removed for the bare environment: this project, Keras and their dependencies.
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


@pytest.mark.large
def test_a_saved_model_serves_in_a_bare_environment(tiny_run, tiny_root, bare_packages):
    path = a_feature_file(tiny_root)
    program = """
import importlib.util, json, sys

for name in ("keras", "keras_wsad", "rich", "sklearn"):
    assert importlib.util.find_spec(name) is None, name
import numpy as np
import tensorflow as tf

model = tf.saved_model.load(sys.argv[1])
outputs = model.serve_clips(np.load(sys.argv[2])[None])
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
