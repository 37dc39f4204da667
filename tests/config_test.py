import dataclasses
import inspect
import os
import pathlib

import pytest

from keras_wsad.cli.training_options import parse_training
from keras_wsad.config import ExperimentConfig
from keras_wsad.config import load_config
from keras_wsad.config import preset_path
from keras_wsad.config import refuse_other_settings
from keras_wsad.config import save_config
from keras_wsad.config import with_absolute_paths
from keras_wsad.errors import ConfigError
from tests.no_names import NO_NAMES


def test_the_defaults_are_the_paper():
    config = ExperimentConfig()
    assert load_config(preset_path("paper")) == config
    assert (config.num_segments, config.lstm_units, config.learning_rate) == (
        32,
        1024,
        1e-4,
    )
    assert (config.smoothness, config.sparsity) == (8e-5, 8e-5)
    assert (config.detection_weight, config.first_level_weight) == (0.9, 1e-3)
    assert (config.anomalous_per_batch, config.normal_per_batch) == (30, 30)


def test_release_has_the_quirks_of_the_code():
    config = load_config(preset_path("release"))
    assert config.alignment == config.batch_order == "release"
    assert (config.seed, config.steps) == (7, 70_000)
    assert config.checkpoint_rule == "best_on_test"
    assert (config.checkpoint_metric, config.checkpoint_every) == ("maa", "step")
    assert config.test_crops == 1
    assert config.attention_initializer == "release"
    assert config.second_level_weight == 0


def test_a_config_comes_back_from_its_file(tmp_path):
    config = ExperimentConfig(data="somewhere", steps=3, kernel_l2=1e-5, lstm=False)
    save_config(config, tmp_path / "config.yaml")
    assert load_config(tmp_path / "config.yaml") == config


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("stepz: 3", "stepz"),
        ("steps: many", "steps"),
        ("steps: 0", "1 <= steps"),
        ("lstm: 3", "lstm"),
        ("alignment: left", "alignment"),
        ("dropout: 1.0", "dropout"),
        ("- steps", "config.yaml"),
        ("steps: [", "config.yaml"),
    ],
)
def test_a_bad_setting_is_named_with_its_file(tmp_path, text, complaint):
    path = tmp_path / "config.yaml"
    path.write_text(text)
    with pytest.raises(ConfigError, match=complaint) as error:
        load_config(path)
    assert "config.yaml" in str(error.value)


def test_the_command_line_goes_over_the_file_and_the_file_over_the_preset(tmp_path):
    path = tmp_path / "mine.yaml"
    path.write_text("steps: 9\nseed: 1\n")
    arguments = ["--preset", "release", "--config", str(path), "--seed=2", "--data=d"]
    config, resume = parse_training(arguments)
    assert (config.alignment, config.steps, config.seed) == ("release", 9, 2)
    assert resume is None


def test_without_data_the_demo_preset_is_used():
    config, _ = parse_training([])
    assert config == load_config(preset_path("demo"))
    config, _ = parse_training(["--data", "d"])
    assert config == ExperimentConfig(data="d")


def test_another_system_has_its_published_settings_wherever_it_is_named(tmp_path):
    path = tmp_path / "mine.yaml"
    path.write_text("system: sultani\nsteps: 9\n")
    config, _ = parse_training(["--data=d", "--config", str(path)])
    assert (config.system, config.learning_rate, config.steps) == ("sultani", 0.01, 9)
    config, _ = parse_training(["--data=d", "--system=sultani"])
    assert (config.learning_rate, config.steps) == (0.01, 20_000)
    with pytest.raises(ConfigError, match="with the joint model alone"):
        parse_training(["--data=d", "--preset=release", "--config", str(path)])


def test_a_switch_needs_no_value():
    config, _ = parse_training(["--data=d", "--strict", "--lstm", "false"])
    assert (config.strict, config.lstm) == (True, False)
    assert parse_training(["--strict", "--data=d"])[0].strict
    assert parse_training(["--data=d", "--strict"])[0].strict


def test_an_unknown_preset_names_the_known_ones():
    with pytest.raises(ConfigError, match="embedded, paper, release"):
        parse_training(["--preset", "papers"])
    with pytest.raises(ConfigError, match="embedded, paper, release"):
        parse_training(["--preset", "../presets/paper"])


@pytest.mark.parametrize("arguments", [["--stepz=3"], ["--steps=many"], ["--lstm=3"]])
def test_a_bad_option_ends_the_command(arguments, capsys):
    with pytest.raises(SystemExit):
        parse_training(arguments)
    assert arguments[0].partition("=")[0][2:] in capsys.readouterr().err


@pytest.mark.parametrize("option", ["--pre=release", "--res=run", "--dat=d"])
def test_options_are_not_abbreviated(option):
    with pytest.raises(SystemExit):
        parse_training([option])


def test_a_preset_in_a_file_raises(tmp_path, capsys):
    path = tmp_path / "mine.yaml"
    path.write_text("preset: release\n")
    with pytest.raises(SystemExit):
        parse_training(["--config", str(path)])
    assert "preset" in capsys.readouterr().err


@pytest.mark.parametrize("option", ["--data=", "--features=", "--resume=", "--name="])
def test_an_empty_name_raises(option):
    with pytest.raises(ConfigError, match="Received"):
        parse_training([option])


@pytest.mark.parametrize("name", NO_NAMES[1:], ids=ascii)
def test_a_run_stays_in_its_folder(name):
    with pytest.raises(ConfigError, match="folder inside"):
        ExperimentConfig(name=name)


def test_every_setting_has_a_help_text(capsys):
    with pytest.raises(SystemExit):
        parse_training(["--help"])
    shown = capsys.readouterr().out
    documented = inspect.cleandoc(ExperimentConfig.__doc__)
    for field in dataclasses.fields(ExperimentConfig):
        assert f"--{field.name}" in shown
        assert f"\n    {field.name}: " in documented


def test_a_run_to_resume_brings_its_own_settings(tmp_path):
    run = tmp_path / "run"
    run.mkdir()
    save_config(ExperimentConfig(data="d", seed=5, steps=20), run / "config.yaml")
    config, resume = parse_training(["--resume", str(run), "--steps", "30"])
    assert (config.seed, config.steps, resume) == (5, 30, str(run))
    with pytest.raises(ConfigError, match="--preset release"):
        parse_training(["--resume", str(run), "--preset", "release"])


def test_other_settings_raise_and_are_named():
    before = ExperimentConfig(data="d", seed=5)
    same = ExperimentConfig(data=str(pathlib.Path("d").resolve()), seed=5, steps=9)
    refuse_other_settings(same, before, {"steps"}, "run")
    other = ExperimentConfig(data="d", seed=6, dropout=0.1)
    with pytest.raises(ConfigError, match=r"run: .*dropout 0\.1 \(was 0\.6\), seed 6"):
        refuse_other_settings(other, before, {"steps"}, "run")


def test_paths_to_data_become_absolute(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "d" / "inside").mkdir(parents=True)
    inside = with_absolute_paths(ExperimentConfig(data="d", features="inside"))
    assert (inside.data, inside.features) == (str(tmp_path / "d"), "inside")
    outside = with_absolute_paths(ExperimentConfig(data="d", features="f"))
    assert outside.features == str(tmp_path / "f")


@pytest.mark.parametrize(
    "setting",
    [
        {"seed": -1},
        {"learning_rate": -1.0},
        {"detection_weight": 1.1},
        {"kernel_l2": -1e-3},
        {"train_crop": -1},
        {"test_crops": 0},
        {"learning_rate": float("nan")},
        {"lstm_units": 10**8},
        {"num_segments": 10**8},
        {"normal_per_batch": 10**8},
        {"steps": 10**20},
    ],
)
def test_values_out_of_range_raise(setting):
    (name,) = setting
    with pytest.raises(ConfigError, match=f"<= {name} <"):
        ExperimentConfig(**setting)


@pytest.mark.parametrize(
    "write",
    [
        os.mkfifo,
        lambda path: path.write_bytes(b"steps: 3 # caf\xe9\n"),
        lambda path: path.write_text("[" * 1000),
        lambda path: path.write_text("steps: 3\nsteps: 4\n"),
        lambda path: path.write_text("a: &a [x]\nb: [*a, *a]\n"),
        lambda path: path.write_text("#" * 2**17),
    ],
    ids=["pipe", "latin", "deep", "twice", "alias", "large"],
)
@pytest.mark.parametrize("options", [[], ["--system=sultani"]])
def test_settings_that_cannot_be_read_are_an_error_of_one_line(tmp_path, write, options):
    path = tmp_path / "mine.yaml"
    write(path)
    for read in (
        load_config,
        lambda path: parse_training(["--config", str(path), *options]),
    ):
        with pytest.raises(ConfigError, match=r"mine\.yaml: expected YAML") as error:
            read(path)
        assert "\n" not in str(error.value)
