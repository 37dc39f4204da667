"""`--standardize` from training to a SavedModel."""

import numpy as np
import pytest

import keras_wsad
from keras_wsad.config import ExperimentConfig
from keras_wsad.data.standardization import Standardization
from keras_wsad.errors import RunError
from keras_wsad.evaluation.score_run import score_run
from keras_wsad.training import train

pytestmark = pytest.mark.large


@pytest.fixture(scope="module")
def run(tiny_settings, tmp_path_factory):
    folder = str(tmp_path_factory.mktemp("standardize"))
    config = ExperimentConfig(**tiny_settings, standardize=True, runs=folder, name="run")
    return train(config)


def test_a_video_scores_the_same_wherever_it_is_scored(run, tiny_root):
    scored = score_run(run.folder)
    video = scored.videos[3].name
    path = tiny_root / "features" / f"{video}.npy"
    for model in (run.folder, run.saved_model):
        prediction = keras_wsad.load(model).predict(str(path))
        np.testing.assert_allclose(
            prediction.segment_scores, scored.scores["segment_scores"][3], atol=1e-5
        )


def test_it_makes_a_difference_and_says_so(run, tiny_run):
    assert Standardization.load(run.standardization).scale.std() > 0
    assert "standardised" in score_run(run.folder).about["features"]
    assert "standardised" not in score_run(tiny_run.folder).about["features"]


def test_a_lost_standardization_is_noticed(run, tmp_path):
    kept = run.standardization.read_bytes()
    run.standardization.unlink()
    try:
        with pytest.raises(RunError, match="expected the mean of the features"):
            score_run(run.folder)
        with pytest.raises(RunError, match="expected the mean of the features"):
            keras_wsad.load(run.folder)
    finally:
        run.standardization.write_bytes(kept)
