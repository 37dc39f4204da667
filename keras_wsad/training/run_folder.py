"""The folder of a run: what is written before the system learns, and after."""

import dataclasses
import logging
import pathlib
import shutil
import time

import keras

from keras_wsad.baselines.registry import PREDICTING
from keras_wsad.config import refuse_other_settings
from keras_wsad.config import save_config
from keras_wsad.errors import ConfigError
from keras_wsad.errors import RunError
from keras_wsad.files import atomic_path
from keras_wsad.files import read_json
from keras_wsad.files import write_json
from keras_wsad.files import write_text
from keras_wsad.inference.export import export_saved_model
from keras_wsad.inference.model_card import ModelCard
from keras_wsad.metrics.calibration import Calibration
from keras_wsad.runs import Run
from keras_wsad.runs import describe_environment

_logger = logging.getLogger(__name__)

# The checkpoint rule of what is fitted at once, or chooses for itself.
OWN_CHECKPOINT = "its own"


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
    check_is_new(run)
    return run


def check_is_new(run):
    """Raises if a folder holds a run already.

    Raises:
        RunError: it does.
    """
    if run.config.exists():
        raise RunError(
            f"{run.folder} holds a run already: choose another --name, or go on with "
            f"--resume {run.folder}"
        )


def run_to_resume(folder, config, held):
    """Returns an unfinished run, locked.

    Args:
        folder: str or path.
        config: `ExperimentConfig`.
        held: `contextlib.ExitStack`, which releases the lock.

    Raises:
        LockedError: another process goes on with it.
        RunError: it is finished, or no run.
        ConfigError: its settings are others.
    """
    run = Run(folder)
    before = run.load_config()
    held.enter_context(run.locked())
    if run.is_finished:
        raise RunError(f"{run.folder}: the run is finished; there is nothing to resume.")
    refuse_other_settings(config, before, {"steps", "runs", "name"}, run.folder)
    if config.steps < before.steps:
        raise ConfigError(
            f"{run.folder}: expected at least the {before.steps} steps that the run was "
            f"begun with. Received: {config.steps}"
        )
    return run


def begin_run(run, config, data):
    """Writes what a run is, once data and settings are known to fit.

    Args:
        run: `Run`.
        config: `ExperimentConfig`.
        data: `ExperimentData`.
    """
    run.workspace.mkdir(parents=True, exist_ok=True)
    save_config(config, run.config)
    _record_start(run)
    write_text(run.data_report, _data_report(data))
    run.save_extraction(data.store.extraction)
    if data.standardization is not None:
        data.standardization.save(run.standardization)


def finish_run(run, system, data, ended, started):
    """Leaves what a system has learned, and how it came about.

    Args:
        run: `Run`.
        system: `System`, fitted.
        data: `ExperimentData`.
        ended: what `System.fit` returned.
        started: float. When the run began, by `time.monotonic`.
    """
    calibration = _calibration(system, data)
    predicts = system.config.system in PREDICTING
    if predicts and keras.backend.backend() == "tensorflow":
        extraction = data.store.extraction
        card = ModelCard.of(system.model, system.config, calibration, extraction)
        export_saved_model(system.model, run.saved_model, card, data.standardization)
    elif predicts:
        _logger.info("saved_model is left out: it needs the TensorFlow backend.")
    content = {
        **(ended or {"checkpoint": {"rule": OWN_CHECKPOINT}}),
        "seconds_of_last_start": round(time.monotonic() - started, 1),
        "calibration": dataclasses.asdict(calibration),
        "data_key": data.key,
    }
    write_json(run.training, content)
    # What was learned comes last: a run folder with it is a finished one.
    with atomic_path(run.folder / system.saved_as) as temporary:
        system.save(temporary)
    shutil.rmtree(run.workspace, ignore_errors=True)


def _calibration(system, data):
    """Calibrates the scores on the held-out videos; leaves them as they are without any."""
    if not data.validation:
        return Calibration()
    scores = system.score(data, data.validation)
    is_anomalous = [video.is_anomalous for video in data.validation]
    return Calibration.fit(is_anomalous, scores["segment_scores"])


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
