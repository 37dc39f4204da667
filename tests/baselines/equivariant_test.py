import shutil

import numpy as np
import pytest

import keras_wsad
from keras_wsad.baselines.equivariant import Equivariant
from keras_wsad.baselines.registry import settings_read
from keras_wsad.config import ExperimentConfig
from keras_wsad.errors import RunError
from keras_wsad.training import train
from tests.baselines.check_head import check_head
from tests.baselines.check_system import check_system


@pytest.mark.large
def test_it_learns_and_is_kept(random, tmp_path):
    check_head(Equivariant, random, tmp_path, reads="features", steps=80)


@pytest.mark.large
def test_it_is_a_system(tiny_settings, tmp_path):
    check_system("equivariant", tiny_settings, tmp_path)


@pytest.mark.large
def test_its_run_predicts_as_that_of_the_papers_model(tiny_settings, random, tmp_path):
    names = tiny_settings.keys() & settings_read("equivariant")
    settings = {name: tiny_settings[name] for name in names}
    run = train(
        ExperimentConfig(
            **settings,
            system="equivariant",
            standardize=True,
            runs=str(tmp_path),
            name="a",
        )
    )
    clips = random.random((40, 16), "float32")
    from_run, from_saved_model = (
        keras_wsad.load(path).predict(clips) for path in (run.folder, run.saved_model)
    )
    assert from_run.class_name == from_saved_model.class_name
    assert from_run.first_level_attention is None
    for name in ("segment_scores", "class_probabilities", "second_level_attention"):
        np.testing.assert_allclose(
            getattr(from_run, name), getattr(from_saved_model, name), atol=1e-5
        )
    # The statistics of the training features are in the run alone.
    shutil.copy(run.model, tmp_path / "alone.keras")
    with pytest.raises(RunError, match="Found EquivariantModel, which needs"):
        keras_wsad.load(tmp_path / "alone.keras")
