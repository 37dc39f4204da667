import dataclasses

import pytest

from keras_wsad.baselines import open_system
from keras_wsad.baselines.registry import settings_read
from keras_wsad.config import ExperimentConfig
from keras_wsad.data import open_experiment_data
from keras_wsad.data.marks import COLUMNS
from keras_wsad.errors import ConfigError
from keras_wsad.errors import DataError
from keras_wsad.training import train

_SEGMENT = 6


def write_marks(path, names):
    """Marks a segment in each of some videos of eight segments."""
    lines = [f"{name},true,0,80,{10 * _SEGMENT + 3},80" for name in names]
    path.write_text("\n".join([",".join(COLUMNS), *lines]) + "\n", encoding="utf-8")
    return str(path)


@pytest.mark.large
def test_marked_segments_are_learned(tiny_settings, tmp_path):
    system = "equivariant"
    settings = {**tiny_settings, "system": system, "steps": 40, "checkpoint_rule": "last"}
    settings |= {"learning_rate": 0.01, "dropout": 0.0, "runs": str(tmp_path)}
    settings = {name: settings[name] for name in settings.keys() & settings_read(system)}
    config = ExperimentConfig(**settings)
    data = open_experiment_data(config)
    anomalous = [video for video in data.training if video.is_anomalous]
    marks = write_marks(tmp_path / "marks.csv", [video.name for video in anomalous])
    margins = []
    for name, path in (("weak", None), ("marked", marks)):
        run = train(dataclasses.replace(config, name=name, marks=path, marks_weight=10.0))
        head = open_system(system)(config)
        head.load(run.model)
        scores = head.score(data, anomalous)["segment_scores"]
        margins.append(scores[:, _SEGMENT].mean() - scores.mean())
    # Events lie anywhere: without marks the segment is one like all others.
    assert margins[1] > margins[0] + 0.1


def test_marks_of_no_training_video_are_refused(tiny_settings, tmp_path):
    marks = write_marks(tmp_path / "marks.csv", ["elsewhere"])
    config = ExperimentConfig(**tiny_settings, marks=marks, runs=str(tmp_path), name="a")
    with pytest.raises(DataError, match=r"marks\.csv: expected a verdict on a video"):
        train(config)
    assert not (tmp_path / "a").exists()


def test_a_system_without_marks_refuses_them(tiny_settings, tmp_path):
    names = tiny_settings.keys() & settings_read("sultani")
    settings = {name: tiny_settings[name] for name in names}
    config = ExperimentConfig(**settings, system="sultani", marks="marks.csv")
    with pytest.raises(ConfigError, match=r"Received: marks="):
        train(config)
