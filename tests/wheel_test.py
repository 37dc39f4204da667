import json
import os
import pathlib
import shutil
import subprocess
import sys
import sysconfig
import venv

import pytest

ROOT = pathlib.Path(__file__).parents[1]


@pytest.fixture
def run(tmp_path):
    """A function that runs a command far from the sources and returns what it prints."""
    environment = {name: os.environ[name] for name in os.environ.keys() - {"PYTHONPATH"}}

    def run(*command):
        command = list(map(str, command))
        result = subprocess.run(
            command, cwd=tmp_path, env=environment, capture_output=True, text=True
        )
        assert result.returncode == 0, result.stderr
        return result.stdout

    return run


@pytest.fixture
def programs(run, tmp_path):
    """The programs of an environment that has this package as a wheel.

    Everything else is that of the running environment.
    """
    source = tmp_path / "source"
    ignore = shutil.ignore_patterns("__pycache__")
    shutil.copytree(ROOT / "keras_wsad", source / "keras_wsad", ignore=ignore)
    for name in ("setup.cfg", "pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, source)
    venv.create(tmp_path / "venv")
    programs = tmp_path / "venv" / "bin"
    pip = [sys.executable, "-m", "pip"]
    run(*pip, "wheel", "--no-deps", "--no-build-isolation", "--wheel-dir=wheels", source)
    (wheel,) = (tmp_path / "wheels").iterdir()
    install = ["install", "--no-deps", "--no-index", wheel]
    run(*pip, f"--python={programs / 'python'}", *install)
    shutil.rmtree(source)
    packages = sysconfig.get_path("purelib", vars={"base": str(tmp_path / "venv")})
    # The .pth files of what is named here, as of an editable install, are not read.
    pathlib.Path(packages, "others.pth").write_text(sysconfig.get_path("purelib"))
    return programs


@pytest.mark.large
def test_a_wheel_trains_evaluates_extracts_and_predicts(
    run, programs, tiny_settings, video, tmp_path
):
    where = run(programs / "python", "-c", "import keras_wsad; print(keras_wsad.__file__)")
    assert pathlib.Path(where).is_relative_to(programs.parent)

    command = programs / "keras-wsad"
    options = [f"--{name}={value}" for name, value in tiny_settings.items()]
    assert "frame AUC" in run(command, "train", *options, "--name=one")
    assert "frame AUC" in run(command, "evaluate", "--replicates=20")
    compact = ["--backbone=compact", "--out=features"]
    assert "features of 1 of 1 videos" in run(command, "extract", video, *compact)
    file = min(pathlib.Path(tiny_settings["data"], "features").iterdir())
    run(command, "predict", file)
    prediction = tmp_path / "predictions" / file.stem / "prediction.json"
    assert json.loads(prediction.read_text())["video"] == str(file)
