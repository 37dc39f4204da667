"""The command line of a training run: presets, files and options."""

import argparse
import dataclasses
import glob
import os
from typing import Literal

from keras_wsad.cli.tensorflow_noise import import_tensorflow_quietly
from keras_wsad.config import ExperimentConfig
from keras_wsad.config import config_parser
from keras_wsad.config import preset_path
from keras_wsad.errors import ConfigError
from keras_wsad.runs import Run
from keras_wsad.yaml_file import read_yaml


def parse_training(argv, prog="train.py"):
    """Reads the command line of a training run.

    Args:
        argv: list of str.
        prog: str. The command's name. Defaults to `"train.py"`.

    Returns:
        `(config, resume)`, an `ExperimentConfig` and a folder or `None`.

    Raises:
        ConfigError: no such preset, or one together with a run to resume.
    """
    parser = training_parser(argv, prog)
    parser.add_argument(
        "--resume",
        type=str | None,
        help="A run folder to go on with, with its own settings (steps may grow).",
    )
    settings = parser.parse_args(spell_out(argv)).as_dict()
    if settings["resume"] == "":
        raise ConfigError("Expected a run folder. Received: --resume ''")
    return config_of(settings), settings["resume"]


def training_parser(argv, prog):
    """Returns the parser of every setting, with the defaults of the chosen preset."""
    first = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
    for name in ("--preset", "--resume", "--data", "--config", "--system"):
        first.add_argument(name)
    chosen, _ = first.parse_known_args(argv)
    without_data = chosen.data is None and chosen.config is None
    in_file = _system_in(chosen.config)
    system = chosen.system or in_file
    published = {}
    if system not in (None, "joint") and not chosen.resume:
        if chosen.preset:
            raise ConfigError(
                f"Expected --preset with the joint model alone. Received: --preset "
                f"{chosen.preset}, system {system}"
            )
        import_tensorflow_quietly()
        from keras_wsad.baselines.registry import published_settings

        published = published_settings(system, embedded=without_data)
    without_preset = "demo" if without_data and not published else "paper"
    preset = chosen.preset or without_preset
    if chosen.resume:
        if chosen.preset:
            raise ConfigError(
                f"{chosen.resume}: a run goes on with its own settings. "
                f"Received: --preset {chosen.preset}"
            )
        Run(chosen.resume).load_config()
        defaults = Run(chosen.resume).config
    else:
        defaults = preset_path(preset)
    parser = config_parser(
        prog=prog,
        description="Trains the joint model, or another --system, and evaluates it; what "
        "it was, what it gave and the model itself are left in a run folder. Settings come "
        "from the preset, those of another system from its publication; --config and the "
        "other options go over it in the order in which they stand.",
        default_config_files=[glob.escape(str(defaults))],
        exit_on_error=True,
        # An abbreviated --preset or --resume would be missed above.
        allow_abbrev=False,
    )
    parser.set_defaults(**published)
    parser.add_argument("--config", action="config", help="A YAML file of settings.")
    parser.add_argument(
        "--preset",
        # Nothing else: a preset in a file would come too late to be heeded.
        type=Literal[preset],
        default=preset,
        help="A published setting, paper or release; demo where there is no --data.",
    )
    return parser


def _system_in(path):
    """Returns the system that a file of settings is for, `None` where it says nothing.

    Raises:
        ConfigError: the file is there, and cannot be read.
    """
    if path is None or not os.path.exists(path):
        # The parser tells of it.
        return None
    content = read_yaml(path)
    system = content.get("system") if isinstance(content, dict) else None
    return system if isinstance(system, str) else None


def spell_out(argv):
    """Lets a setting that is true or false be switched on by its name alone.

    `--strict` is `--strict=true`, as everybody expects, and `--lstm false` stays.
    """
    switches = {
        f"--{f.name}" for f in dataclasses.fields(ExperimentConfig) if f.type is bool
    }
    values = {"true", "false", "True", "False", "yes", "no"}
    following = [*argv[1:], ""]
    return [
        f"{word}=true" if word in switches and after not in values else word
        for word, after in zip(argv, following, strict=False)
    ]


def config_of(settings):
    names = [field.name for field in dataclasses.fields(ExperimentConfig)]
    return ExperimentConfig(**{name: settings[name] for name in names})
