import json
import os
import shutil
import subprocess
import sys

import numpy as np
import pytest

import evaluate
import keras_wsad
import train
from keras_wsad.cli import main


def as_options(settings):
    return [f"--{name}={value}" for name, value in settings.items()]


def test_train_then_evaluate(tiny_run, tiny_settings, capsys):
    run = tiny_run.folder
    left = {path.name for path in run.iterdir()}
    assert left == {
        "config.yaml",
        "confusion.png",
        "data_report.txt",
        "environment.json",
        "log.csv",
        "metrics.json",
        "model.keras",
        "reliability.png",
        "roc.png",
        "saved_model",
        "scores.npz",
        "tensorboard",
        "training.json",
    }
    shown = (run.parent / "printed.txt").read_text()
    assert "frame AUC" in shown
    assert "checkpoint best_on_validation, seed 0" in shown

    metrics = json.loads(tiny_run.metrics.read_text())
    tiny_run.metrics.unlink()
    assert evaluate.main(["--run", str(run), "--replicates=1000"]) == 0
    assert json.loads(tiny_run.metrics.read_text()) == metrics
    options = [*as_options(tiny_settings), f"--runs={run.parent}", "--name=tiny"]
    assert train.main(options) == 1
    assert "holds a run already" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["train", "--data=/nowhere"], "Expected a folder"),
        (["train", "--preset=other"], "Expected a preset"),
        (["train", "--system=svm", "--dropout=0.3"], "Received: dropout=0.3"),
        (["train", "--resume=/nowhere"], "expected a run folder"),
        (["evaluate", "--run=/nowhere"], "expected a run folder"),
        (["simulate", "--seed=-1"], "Expected seed >= 0"),
        (["simulate", "--workers=0"], "workers >= 1"),
    ],
)
def test_an_error_is_one_line_and_status_1(arguments, complaint, capsys):
    assert main(arguments) == 1
    error = capsys.readouterr().err
    assert error.startswith("error: ")
    assert complaint in error
    assert "Traceback" not in error


def test_unfinished_runs_are_not_evaluated(tiny_run, tmp_path, capsys):
    (tmp_path / "config.yaml").write_text(tiny_run.config.read_text())
    assert main(["evaluate", "--run", str(tmp_path)]) == 1
    assert "not finished" in capsys.readouterr().err


@pytest.mark.parametrize("replicates", ["0", "-5", "1000000000000"])
def test_intervals_need_replicates(tiny_run, replicates, capsys):
    assert (
        main(["evaluate", "--run", str(tiny_run.folder), "--replicates", replicates]) == 1
    )
    assert "1 <= replicates" in capsys.readouterr().err


@pytest.mark.large
def test_evaluation_names_what_is_missing_or_wrong(tiny_run, tiny_root, tmp_path, capsys):
    run, root = tmp_path / "run", tmp_path / "data"
    shutil.copytree(tiny_run.folder, run)
    shutil.copytree(tiny_root, root)
    (root / "features" / "Robbery004_x264.npy").unlink()
    assert main(["evaluate", "--run", str(run), "--data", str(root)]) == 0
    assert "1 test videos have no features" in capsys.readouterr().out
    metrics = json.loads((run / "metrics.json").read_text())
    assert metrics["about"]["test_videos_without_features"] == ["Robbery004_x264"]
    assert metrics["classification"]["per_class"]["Robbery"]["accuracy"] is None
    for path in (root / "features").iterdir():
        np.save(path, np.load(path)[:, :9])
    assert main(["evaluate", "--run", str(run), "--data", str(root)]) == 1
    assert "Expected 16 features a segment" in capsys.readouterr().err
    whole = (run / "training.json").read_text()
    for damaged in ("{}", "[", "[]", '{"checkpoint": {}}'):
        (run / "training.json").write_text(damaged)
        assert main(["evaluate", "--run", str(run)]) == 1
        assert "training.json: damaged" in capsys.readouterr().err
    (run / "training.json").write_text(whole)
    (run / "model.keras").write_bytes(b"half")
    assert main(["evaluate", "--run", str(run)]) == 1
    assert "not a model" in capsys.readouterr().err


def test_settings_that_do_not_fit_leave_no_run_folder(tiny_settings, tmp_path, capsys):
    options = [*as_options(tiny_settings), f"--runs={tmp_path}", "--name=one"]
    assert train.main([*options, "--seed=-1"]) == 1
    assert "0 <= seed" in capsys.readouterr().err
    assert train.main([*options, "--normal_per_batch=50"]) == 1
    assert "A batch holds 9 anomalous and 50 normal" in capsys.readouterr().err
    assert train.main([*options, "--train_crop=1"]) == 1
    assert "has 1 crops" in capsys.readouterr().err
    assert not (tmp_path / "one").exists()


def test_strict_makes_a_bad_feature_file_an_error(tiny_root, tmp_path, capsys):
    root = tmp_path / "data"
    shutil.copytree(tiny_root, root)
    (root / "features" / "Abuse000_x264.npy").write_bytes(b"")
    assert main(["train", f"--data={root}", "--strict"]) == 1
    assert "Abuse000_x264.npy" in capsys.readouterr().err


@pytest.mark.large
def test_a_finished_run_is_evaluated_again(tiny_run, capsys):
    assert main(["train", "--resume", str(tiny_run.folder)]) == 0
    shown = capsys.readouterr().out
    assert "the run is finished" in shown
    assert "frame AUC" in shown


def test_a_folder_that_cannot_be_written_is_an_error_of_one_line(
    tiny_settings, tmp_path, capsys
):
    (tmp_path / "file").touch()
    options = [*as_options(tiny_settings), f"--runs={tmp_path / 'file'}"]
    assert train.main(options) == 1
    error = capsys.readouterr().err
    assert error.startswith("error: ")
    assert str(tmp_path / "file") in error


def test_without_arguments_there_is_help(capsys):
    assert main([]) == 0
    assert "usage: keras-wsad" in capsys.readouterr().out


def test_the_version_is_that_of_the_package(capsys):
    with pytest.raises(SystemExit) as stop:
        main(["--version"])
    assert stop.value.code == 0
    assert capsys.readouterr().out == f"keras-wsad {keras_wsad.__version__}\n"


@pytest.mark.parametrize("backend", ["jax", "torch"])
def test_a_backend_that_is_not_installed_is_named_with_its_extra(backend):
    program = f"""
import sys
sys.modules[{backend!r}] = None
from keras_wsad.cli import main
sys.exit(main(["evaluate", "--run=/nowhere"]))
"""
    environment = {**os.environ, "KERAS_BACKEND": backend}
    command = [sys.executable, "-c", program]
    result = subprocess.run(command, capture_output=True, text=True, env=environment)
    assert result.returncode == 1
    assert result.stderr == (
        f"error: Keras is set to the backend {backend}, which is not installed: "
        f"pip install 'keras_wsad[{backend}]'\n"
    )


def test_a_reader_that_has_gone_is_no_error():
    program = """
from keras_wsad.cli.report_errors import report_errors
@report_errors("nothing is left")
def command():
    while True:
        print("line")
raise SystemExit(command())
"""
    command = [sys.executable, "-c", program]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as child:
        child.stdout.readline()
        child.stdout.close()
        assert child.stderr.read() == b""
    assert child.returncode == 141


def test_help_and_import_need_no_tensorflow():
    program = """
import contextlib, importlib, pathlib, sys
import keras_wsad
from keras_wsad.cli import COMMANDS, main
for command in ([], *([name] for name in COMMANDS)):
    with contextlib.suppress(SystemExit):
        main([*command, "--help"])
scripts = [path.stem for path in pathlib.Path("reproduce").glob("*.py")]
modules = ["train", "evaluate", *(f"reproduce.{name}" for name in scripts)]
for module in map(importlib.import_module, modules):
    if hasattr(module, "main"):
        with contextlib.suppress(SystemExit):
            module.main(["--help"])
assert "tensorflow" not in sys.modules and "keras" not in sys.modules
"""
    subprocess.run([sys.executable, "-c", program], check=True, capture_output=True)
