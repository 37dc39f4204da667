"""`python reproduce/joint_model.py`."""

import dataclasses
import pathlib
import sys

from keras_wsad.commands.report_errors import report_errors
from keras_wsad.commands.training_options import config_of
from keras_wsad.commands.training_options import spell_out
from keras_wsad.commands.training_options import training_parser
from keras_wsad.errors import ConfigError
from keras_wsad.tensorflow_noise import import_tensorflow_quietly


@report_errors("the same command goes on")
def seeds_command(argv=None, prog="reproduce/joint_model.py"):
    """Trains and evaluates over several seeds and writes mean and spread.

    Args:
        argv: list of str, or `None` for the process's own.
        prog: str. The command's name, for its help.

    Returns:
        int, the exit status: 0, or 1 if the data or the settings do not fit.
    """
    argv = sys.argv[1:] if argv is None else argv
    parser = training_parser(argv, prog)
    parser.add_argument(
        "--seeds", type=list[int], default=[0, 1, 2], help="The seeds, as in '[0,1,2]'."
    )
    parser.add_argument(
        "--out",
        type=str | None,
        help="Where to write .csv and .md, without suffix; by default among the runs.",
    )
    settings = parser.parse_args(spell_out(argv)).as_dict()
    config, seeds = config_of(settings), settings["seeds"]
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
