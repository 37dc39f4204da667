"""Checks for every system of Table II: it fits, and a saved one gives the same scores."""

import dataclasses
import sys

import numpy as np
import pytest

from keras_wsad.baselines import open_system
from keras_wsad.baselines.head import Head
from keras_wsad.baselines.registry import COMMON_SETTINGS
from keras_wsad.baselines.registry import settings_read
from keras_wsad.config import ExperimentConfig
from keras_wsad.data import open_experiment_data
from keras_wsad.data.annotations import CLASS_NAMES
from keras_wsad.data.standardization import Standardization
from keras_wsad.evaluation import evaluate
from keras_wsad.evaluation.score_run import score_run
from keras_wsad.evaluation.scores_file import load_scores
from keras_wsad.metrics.calibration import Calibration
from keras_wsad.training import train

# What reads settings on behalf of a system; the registry reads all of them to check them.
_READERS = "keras_wsad.baselines"


@dataclasses.dataclass(frozen=True, kw_only=True)
class RecordingConfig(ExperimentConfig):
    """A configuration that notes which of its settings are read for a system."""

    def __getattribute__(self, name):
        reader = sys._getframe(1).f_globals["__name__"]
        if reader.startswith(_READERS) and reader != "keras_wsad.baselines.registry":
            _recorded.add(name)
        return super().__getattribute__(name)


_recorded = set()


def check_system(name, settings, folder):
    """Trains a system for two steps, opens it again and compares; then evaluates it.

    What is compared is what the fitted system itself scores, before it was saved, with
    what the run folder gives; and, of a system with a fit of its own, the same run once
    more with the same seed. The settings that were read must be those that the system
    declares.

    Args:
        name: str. A key of `SYSTEMS`.
        settings: dict of settings over the published ones, such as `tiny_settings`.
        folder: path. For the run folders.

    Returns:
        The metrics of the run.
    """
    system_class = open_system(name)
    settings = {**system_class.published, **settings, "steps": 2, "system": name}
    settings = {key: settings[key] for key in settings.keys() & settings_read(name)}
    is_head = issubclass(system_class, Head)
    configs = [
        RecordingConfig(**settings, runs=str(folder), name=run)
        for run in (["a"] if is_head else ["a", "b"])
    ]
    _recorded.clear()
    fitted = []
    save = system_class.save

    def save_and_score(system, path):
        data = open_experiment_data(configs[0])
        if configs[0].standardize:
            rows = data.rows(data.training, configs[0].train_crop)
            data = data.standardized(Standardization.of(data.store, rows))
        fitted.append(system.score(data, data.test))
        save(system, path)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(system_class, "save", save_and_score)
        runs = [train(config) for config in configs]
    fields = {field.name for field in dataclasses.fields(ExperimentConfig)}
    # The precision is set for all of Keras, before a system is fitted.
    common = {*COMMON_SETTINGS, "precision"}
    assert _recorded & fields - common == {*system_class.settings} - common
    scored_runs = [score_run(run.folder) for run in runs]
    first = scored_runs[0]
    segments = configs[0].num_segments
    for scored in scored_runs:
        for output, values in fitted[0].items():
            if output == "segment_scores":
                values = Calibration(**scored.about["calibration"])(values)
            np.testing.assert_allclose(scored.scores[output], values, atol=1e-6)
        assert scored.scores["segment_scores"].shape == (len(scored.videos), segments)
        assert np.isfinite(scored.scores["segment_scores"]).all()
        if "class_probabilities" in scored.scores:
            probabilities = scored.scores["class_probabilities"]
            assert probabilities.shape == (len(scored.videos), len(CLASS_NAMES))
            np.testing.assert_allclose(probabilities.sum(axis=1), 1, atol=1e-4)
    metrics = evaluate(runs[0].folder, replicates=20)
    names, kept = load_scores(runs[0].scores)
    assert names == [video.name for video in first.videos]
    np.testing.assert_array_equal(kept["segment_scores"], first.scores["segment_scores"])
    assert metrics["about"]["system"] == system_class.title
    return metrics
