import json
import subprocess
import sys

import pytest

import evaluate
import train
from keras_wsad.cli import main


def as_options(settings):
    return [f"--{name}={value}" for name, value in settings.items()]


def test_train_then_evaluate(tiny_settings, tmp_path, capsys):
    runs = tmp_path / "runs"
    assert train.main([*as_options(tiny_settings), f"--runs={runs}", "--name=one"]) == 0
    run = runs / "one"
    left = {path.name for path in run.iterdir()}
    assert left == {
        "config.yaml",
        "confusion.png",
        "data_report.txt",
        "environment.json",
        "log.csv",
        "metrics.json",
        "model.keras",
        "roc.png",
        "saved_model",
        "tensorboard",
        "training.json",
    }
    shown = capsys.readouterr().out
    assert "frame AUC" in shown
    assert "checkpoint best_on_validation, seed 0" in shown
    metrics = json.loads((run / "metrics.json").read_text())

    (run / "metrics.json").unlink()
    assert evaluate.main(["--run", str(run), "--replicates=1000"]) == 0
    assert json.loads((run / "metrics.json").read_text()) == metrics
    assert train.main([*as_options(tiny_settings), f"--runs={runs}", "--name=one"]) == 1
    assert "holds a run already" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["train", "--data=/nowhere"], "Expected a folder"),
        (["train", "--preset=other"], "Expected a preset"),
        (["train", "--resume=/nowhere"], "expected a run folder"),
        (["evaluate", "--run=/nowhere"], "expected a run folder"),
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


def test_strict_makes_a_bad_feature_file_an_error(tiny_root, tmp_path, capsys):
    import shutil

    root = tmp_path / "data"
    shutil.copytree(tiny_root, root)
    (root / "features" / "Abuse000_x264.npy").write_bytes(b"")
    assert main(["train", f"--data={root}", "--strict=true"]) == 1
    assert "Abuse000_x264.npy" in capsys.readouterr().err


def test_help_and_import_need_no_tensorflow():
    program = """
import contextlib, sys
import keras_wsad
from keras_wsad.cli import main
for command in ([], ["train"], ["evaluate"]):
    with contextlib.suppress(SystemExit):
        main([*command, "--help"])
assert "tensorflow" not in sys.modules and "keras" not in sys.modules
"""
    subprocess.run([sys.executable, "-c", program], check=True, capture_output=True)


def test_commands_are_free_of_start_up_noise(tiny_run):
    command = [sys.executable, "evaluate.py", "--run", str(tiny_run.folder)]
    result = subprocess.run(command, check=True, capture_output=True, text=True)
    assert result.stderr == ""
