import logging

import pytest

from keras_wsad.cli import main
from keras_wsad.cli.report_errors import report_errors
from keras_wsad.errors import DataError


def stop(*_, **__):
    raise KeyboardInterrupt


@pytest.mark.parametrize("error", [DataError("bad"), OSError("bad")])
def test_an_error_that_is_foreseen_is_a_line(error, capsys):
    @report_errors("nothing is left")
    def command():
        raise error

    assert command() == 1
    assert capsys.readouterr().err == "error: bad\n"


def test_a_command_prints_the_log_of_the_package_once(capsys, caplog):
    logger = logging.getLogger("keras_wsad.training")
    command = report_errors("nothing is left")(lambda: logger.info("%d steps", 3))
    command()
    assert capsys.readouterr() == ("3 steps\n", "")
    # Nothing reaches the handlers of the root logger.
    assert not caplog.records
    logger.info("outside of a command")
    assert capsys.readouterr() == ("", "")


def test_a_mistake_of_ours_is_not_hidden():
    @report_errors("nothing is left")
    def command():
        raise TypeError("bad")

    with pytest.raises(TypeError):
        command()


def test_what_goes_on_after_a_stop_is_said_of_each_command(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr("keras_wsad.scenes.write_data_set", stop)
    assert main(["simulate", "--out", str(tmp_path)]) == 130
    assert capsys.readouterr().err == "stopped; the same command goes on\n"
    monkeypatch.setattr("keras_wsad.training.train", stop)
    assert main(["train", f"--data={tmp_path}"]) == 130
    line = "stopped; --resume RUN goes on with a run that was begun\n"
    assert capsys.readouterr().err == line


def test_a_training_that_is_stopped_names_its_run(
    tiny_settings, tmp_path, monkeypatch, capsys
):
    monkeypatch.setattr("keras_wsad.baselines.head.fit_head", stop)
    options = [f"--{name}={value}" for name, value in tiny_settings.items()]
    assert main(["train", *options, f"--runs={tmp_path}", "--name=one"]) == 130
    line = f"stopped; --resume {tmp_path / 'one'} goes on with the run\n"
    assert capsys.readouterr().err == line
