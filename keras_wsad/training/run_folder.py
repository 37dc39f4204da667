"""The folder of a run, from its begin to the moment before it learns anything."""

import pathlib
import time

from keras_wsad.config import refuse_other_settings
from keras_wsad.config import save_config
from keras_wsad.errors import ConfigError
from keras_wsad.errors import RunError
from keras_wsad.files import read_json
from keras_wsad.files import remove_partial
from keras_wsad.files import write_json
from keras_wsad.files import write_text
from keras_wsad.runs import Run
from keras_wsad.runs import describe_environment


def new_run(config):
    """Returns the `Run` of a configuration, whose folder need not exist.

    Raises:
        RunError: it holds a run already.
    """
    if config.name:
        name = config.name
    else:
        source = "embedded" if config.data is None else config.features or config.data
        stamp = time.strftime("%Y%m%d-%H%M%S")
        system = "" if config.system == "joint" else f"{config.system}-"
        name = f"{pathlib.Path(source).name}-{system}seed{config.seed}-{stamp}"
    run = Run(pathlib.Path(config.runs, name))
    if run.config.exists():
        raise RunError(
            f"{run.folder} holds a run already: choose another --name, or go on with "
            f"--resume {run.folder}"
        )
    return run


def run_to_resume(folder, config):
    """Returns an unfinished run, tidied up after its end.

    Raises:
        RunError: it is finished, or no run.
        ConfigError: its settings are others.
    """
    run = Run(folder)
    before = run.load_config()
    if run.is_finished:
        raise RunError(f"{run.folder}: the run is finished; there is nothing to resume.")
    refuse_other_settings(config, before, {"steps", "runs", "name"}, run.folder)
    if config.steps < before.steps:
        raise ConfigError(
            f"{run.folder}: expected at least the {before.steps} steps that the run was "
            f"begun with. Received: {config.steps}"
        )
    remove_partial(run.folder)
    return run


def begin_run(run, config, data):
    """Writes what a run is, once data and settings are known to fit.

    Args:
        run: `Run`.
        config: `ExperimentConfig`.
        data: `ExperimentData`.
    """
    run.folder.mkdir(parents=True, exist_ok=True)
    save_config(config, run.config)
    _record_start(run)
    write_text(run.data_report, _data_report(data))
    run.save_extraction(data.store.extraction)
    if data.standardization is not None:
        data.standardization.save(run.standardization)


def _record_start(run):
    """Notes the environment; that of each later start is added, none is lost."""
    environment = describe_environment()
    if run.environment.is_file():
        first = read_json(run.environment)
        resumed = [*first.pop("resumed", []), environment]
        environment = {**first, "resumed": resumed}
    write_json(run.environment, environment)


def _data_report(data):
    lines = [data.summary, ""]
    for problem in data.store.problems:
        lines.append(f"{problem.action}\t{problem.name}\t{problem.problem}\t{problem.path}")
    for names in data.store.identical:
        lines.append(f"kept\t{names[0]}\tidentical to {', '.join(names[1:])}")
    return "\n".join(lines) + "\n"
