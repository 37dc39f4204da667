import os

import pytest

from keras_wsad.config import ExperimentConfig
from keras_wsad.config import save_config
from keras_wsad.errors import RunError
from keras_wsad.runs import Run
from keras_wsad.runs import newest_run


def write_run(folder, system, part, written):
    folder.mkdir(parents=True)
    save_config(ExperimentConfig(system=system), Run(folder).config)
    (folder / part).touch()
    os.utime(folder / part, (written, written))


def test_the_newest_run_of_a_system_is_found_among_newer_ones(tmp_path):
    write_run(tmp_path / "early", "joint", "model.keras", 1)
    write_run(tmp_path / "late", "joint", "model.keras", 2)
    write_run(tmp_path / "head", "sultani", "model.keras", 3)
    write_run(tmp_path / "learner", "svm", "system", 4)
    assert newest_run(tmp_path).name == "learner"
    assert newest_run(tmp_path, systems=("joint",)).name == "late"


def test_runs_of_other_systems_alone_are_none(tmp_path):
    write_run(tmp_path / "learner", "svm", "system", 1)
    with pytest.raises(RunError, match="of the system joint"):
        newest_run(tmp_path, systems=("joint",))
