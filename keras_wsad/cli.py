"""The commands: `python train.py`, `python evaluate.py` and `keras-wsad`."""

import argparse
import dataclasses
import functools
import glob
import pathlib
import sys
from typing import Literal

from keras_wsad.config import ExperimentConfig
from keras_wsad.config import config_parser
from keras_wsad.config import preset_path
from keras_wsad.errors import ConfigError
from keras_wsad.errors import WSADError
from keras_wsad.runs import Run
from keras_wsad.tensorflow_noise import import_tensorflow_quietly


def main(argv=None):
    """The command `keras-wsad COMMAND ...`.

    Args:
        argv: list of str, or `None` for the process's own.

    Returns:
        int, the exit status.
    """
    commands = {"train": train_command, "evaluate": evaluate_command}
    parser = argparse.ArgumentParser(
        prog="keras-wsad",
        description="Weakly supervised joint video anomaly detection and classification.",
        epilog="`keras-wsad COMMAND --help` says what a command takes.",
    )
    parser.add_argument("command", choices=commands, help="what to do")
    argv = sys.argv[1:] if argv is None else list(argv)
    command = parser.parse_args(argv[:1]).command
    return commands[command](argv[1:], prog=f"keras-wsad {command}")


def _report_errors(command):
    """Turns the project's own errors into a line and an exit status of 1."""

    @functools.wraps(command)
    def reporting(*args, **kwargs):
        try:
            return command(*args, **kwargs)
        except WSADError as error:
            print(f"error: {error}", file=sys.stderr)
            return 1
        except OSError as error:
            # A full disk, a folder that may not be written to, a closed pipe.
            print(f"error: {error}", file=sys.stderr)
            return 1
        except KeyboardInterrupt:
            print("stopped; train.py --resume RUN goes on with a run", file=sys.stderr)
            return 130

    return reporting


@_report_errors
def train_command(argv=None, prog="train.py"):
    """Trains a model, evaluates it, and prints the table of its metrics.

    Args:
        argv: list of str, or `None` for the process's own.
        prog: str. The command's name, for its help. Defaults to `"train.py"`.

    Returns:
        int, the exit status: 0, or 1 if the data or the settings do not fit.
    """
    config, resume = parse_training(sys.argv[1:] if argv is None else argv, prog)
    import_tensorflow_quietly()
    from keras_wsad.training import train

    if resume and Run(resume).model.is_file():
        print(f"{resume}: the run is finished; it is evaluated again.")
        _evaluate_and_print(resume)
        return 0
    run = train(config, resume)
    _evaluate_and_print(run.folder)
    return 0


@_report_errors
def evaluate_command(argv=None, prog="evaluate.py"):
    """Evaluates a run and prints the table of its metrics.

    Args:
        argv: list of str, or `None` for the process's own.
        prog: str. The command's name, for its help. Defaults to `"evaluate.py"`.

    Returns:
        int, the exit status: 0, or 1 if the run or its data do not fit.
    """
    parser = argparse.ArgumentParser(
        prog=prog,
        description="Evaluates a run on its test videos and leaves metrics.json, roc.png "
        "and confusion.png in its folder.",
    )
    parser.add_argument("--run", help="a run folder (default: the newest in runs)")
    parser.add_argument("--data", help="the data folder, where it has moved")
    parser.add_argument(
        "--replicates",
        type=int,
        default=1000,
        help="bootstrap resamplings for the intervals (default: %(default)s)",
    )
    arguments = parser.parse_args(argv)
    import_tensorflow_quietly()
    from keras_wsad.runs import newest_run

    folder = arguments.run or newest_run()
    _evaluate_and_print(folder, data=arguments.data, replicates=arguments.replicates)
    return 0


@_report_errors
def seeds_command(argv=None, prog="reproduce/joint_model.py"):
    """Trains and evaluates over several seeds and writes mean and spread.

    Args:
        argv: list of str, or `None` for the process's own.
        prog: str. The command's name, for its help.

    Returns:
        int, the exit status: 0, or 1 if the data or the settings do not fit.
    """
    argv = sys.argv[1:] if argv is None else argv
    parser = _training_parser(argv, prog)
    parser.add_argument(
        "--seeds", type=list[int], default=[0, 1, 2], help="The seeds, as in '[0,1,2]'."
    )
    parser.add_argument(
        "--out",
        type=str | None,
        help="Where to write .csv and .md, without suffix; by default among the runs.",
    )
    settings = parser.parse_args(_spell_out(argv)).as_dict()
    config, seeds = _config_of(settings), settings["seeds"]
    if not seeds or len(set(seeds)) < len(seeds):
        raise ConfigError(f"Expected seeds that differ, at least one. Received: {seeds}")
    if config.name is None:
        config = dataclasses.replace(config, name="joint_model")
    import_tensorflow_quietly()
    from keras_wsad.seeds import run_seeds
    from keras_wsad.seeds import write_summary

    path = settings["out"] or str(pathlib.Path(config.runs, config.name))
    write_summary(path, run_seeds(config, seeds))
    print(pathlib.Path(f"{path}.md").read_text(encoding="utf-8"))
    print(f"{path}.csv and {path}.md are written; the runs are in {config.runs}")
    return 0


@_report_errors
def audit_command(argv=None, prog="reproduce/audit_features.py"):
    """Prints what groups of features give away of the labels; see `keras_wsad.audit`.

    Args:
        argv: list of str, or `None` for the process's own.
        prog: str. The command's name, for its help.

    Returns:
        int, the exit status: 0, or 1 if the data do not fit.
    """
    parser = argparse.ArgumentParser(
        prog=prog,
        description="Groups videos by their mean feature, without labels, and tells how "
        "well the groups name the labels. What they reach, a model that only tells "
        "extraction batches apart would reach too.",
    )
    parser.add_argument("--data", required=True, help="a folder in UCF-Crime's layout")
    parser.add_argument("--features", help="a folder below it, or any other")
    parser.add_argument(
        "--groups", type=int, default=5, help="number of groups (default: %(default)s)"
    )
    parser.add_argument("--out", help="a Markdown file to write as well")
    arguments = parser.parse_args(argv)
    if arguments.groups < 1:
        raise ConfigError(f"Expected groups >= 1. Received: {arguments.groups}")
    import_tensorflow_quietly()
    from keras_wsad.audit import audit_as_markdown
    from keras_wsad.audit import audit_features
    from keras_wsad.data import open_experiment_data
    from keras_wsad.files import write_text

    data = open_experiment_data(
        ExperimentConfig(data=arguments.data, features=arguments.features)
    )
    name = pathlib.Path(arguments.features or arguments.data).name
    text = audit_as_markdown(audit_features(data, arguments.groups), name)
    print(text)
    if arguments.out:
        write_text(arguments.out, text)
        print(f"{arguments.out} is written")
    return 0


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
    parser = _training_parser(argv, prog)
    parser.add_argument(
        "--resume",
        type=str | None,
        help="A run folder to go on with, with its own settings (steps may grow).",
    )
    settings = parser.parse_args(_spell_out(argv)).as_dict()
    if settings["resume"] == "":
        raise ConfigError("Expected a run folder. Received: --resume ''")
    return _config_of(settings), settings["resume"]


def _training_parser(argv, prog):
    """Returns the parser of every setting, with the defaults of the chosen preset."""
    first = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
    for name in ("--preset", "--resume", "--data", "--config"):
        first.add_argument(name)
    chosen, _ = first.parse_known_args(argv)
    without_data = chosen.data is None and chosen.config is None
    preset = chosen.preset or ("embedded" if without_data else "paper")
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
        description="Trains the joint model and evaluates it; what it was, what it gave "
        "and the model itself are left in a run folder. Settings come from the preset; "
        "--config and the other options go over it in the order in which they stand.",
        default_config_files=[glob.escape(str(defaults))],
        exit_on_error=True,
        # An abbreviated --preset or --resume would be missed above.
        allow_abbrev=False,
    )
    parser.add_argument("--config", action="config", help="A YAML file of settings.")
    parser.add_argument(
        "--preset",
        # Nothing else: a preset in a file would come too late to be heeded.
        type=Literal[preset],
        default=preset,
        help="A published setting, paper or release; embedded where there is no --data.",
    )
    return parser


def _spell_out(argv):
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


def _config_of(settings):
    names = [field.name for field in dataclasses.fields(ExperimentConfig)]
    return ExperimentConfig(**{name: settings[name] for name in names})


def _evaluate_and_print(folder, **kwargs):
    from keras_wsad.evaluation import evaluate
    from keras_wsad.report import print_metrics

    metrics = evaluate(folder, **kwargs)
    print_metrics(metrics)
    print(f"metrics.json, roc.png, confusion.png and model.keras are in {folder}")
