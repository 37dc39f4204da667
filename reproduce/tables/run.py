"""Trains and evaluates the runs of a table, one after the other."""

import contextlib
import dataclasses
import gc
import json
import pathlib
import sys
import time
import traceback

import keras

from keras_wsad.baselines import open_system
from keras_wsad.config import refuse_other_settings
from keras_wsad.data import open_experiment_data
from keras_wsad.errors import MissingExtraError
from keras_wsad.errors import NeedsPixelsError
from keras_wsad.errors import RunError
from keras_wsad.errors import WSADError
from keras_wsad.evaluation import evaluate
from keras_wsad.runs import Run
from keras_wsad.training import train
from reproduce.tables.marks import make_marks
from reproduce.tables.motion import MOTION_AWARE
from reproduce.tables.motion import make_motion_features
from reproduce.tables.plan import Job


@dataclasses.dataclass(frozen=True)
class Outcome:
    """Result of a job.

    Args:
        job: `Job`.
        metrics: dict, as `evaluate` returns it, or `None`.
        problem: str. Why there are no metrics; empty if there are.
        is_failure: bool. Whether the run failed, rather than needing what is absent.
    """

    job: Job
    metrics: dict | None = None
    problem: str = ""
    is_failure: bool = False


def run_jobs(jobs, options):
    """Trains and evaluates the missing runs of a table.

    A finished run is kept, an unfinished one continues. The output of runs goes to
    `log.txt` in the folder of the table's runs. A failure is printed at once and does not
    stop the others.

    Args:
        jobs: list of `Job`.
        options: `TableOptions`.

    Returns:
        A list of `Outcome`, one for each job.
    """
    options.folder.mkdir(parents=True, exist_ok=True)
    names = list(dict.fromkeys(job.name for job in jobs))
    missing = list(dict.fromkeys(job.name for job in jobs if not _is_done(job.run)))
    print(f"{len(names)} runs, {len(names) - len(missing)} of them done before", flush=True)
    outcomes, clock, keys = {}, _Clock(missing), _DataKeys()
    for job in jobs:
        if job.name in outcomes:
            continue
        if job.name in missing:
            print(clock.begin(job), flush=True)
        outcomes[job.name] = _finish(job, options, keys)
        if outcomes[job.name].problem:
            print(f"    {outcomes[job.name].problem}", flush=True)
    return [dataclasses.replace(outcomes[job.name], job=job) for job in jobs]


def _is_done(run):
    return run.is_finished and run.metrics.is_file() and run.scores.is_file()


def _finish(job, options, keys):
    """Returns the `Outcome` of a job, whatever happens in it."""
    log = options.folder / "log.txt"
    with open(log, "a", encoding="utf-8") as file, contextlib.ExitStack() as stack:
        stack.enter_context(contextlib.redirect_stdout(file))
        if not sys.stderr.isatty():
            # On a terminal the progress bar is shown.
            stack.enter_context(contextlib.redirect_stderr(file))
        try:
            if _is_done(job.run):
                # An earlier call may have had other options.
                settings = job.run.load_config()
                refuse_other_settings(
                    job.config, settings, {"runs", "name"}, job.run.folder
                )
                keys.check_data(job)
            elif options.quick and options.data is not None and _reads_videos(job.cell):
                return Outcome(job, problem="left out: in a quick table of your data")
            else:
                if job.cell.settings.get("features") == MOTION_AWARE:
                    folder = job.config.features
                    make_motion_features(job.config.data, folder, options.motion_steps)
                if "marks" in job.cell.settings:
                    marks = job.cell.settings["marks"]
                    make_marks(job.config.data, job.config.marks, marks)
                keras.backend.clear_session()
                gc.collect()
                finish_run(job.config)
            metrics = json.loads(job.run.metrics.read_text(encoding="utf-8"))
            return Outcome(job, metrics=metrics)
        except NeedsPixelsError as error:
            return Outcome(job, problem=f"needs pixels: {error.found}")
        except MissingExtraError as error:
            return Outcome(job, problem=f"needs an extra: {error}")
        except WSADError as error:
            return Outcome(job, problem=f"failed: {error}", is_failure=True)
        except Exception as error:
            # Any error: the other rows go on, and the log has the traceback.
            traceback.print_exc(file=file)
            problem = f"failed: {type(error).__name__}: {error} (see {log})"
            return Outcome(job, problem=problem, is_failure=True)


class _DataKeys:
    """Hashes of data sets, each computed once for all rows that share it."""

    def __init__(self):
        self._known = {}

    def check_data(self, job):
        """Raises if the features or lists of a run have changed since its training."""
        config, then = job.config, job.run.load_training().get("data_key")
        source = (config.data, config.features, config.validation_fraction, config.seed)
        if then is None:
            return
        if source not in self._known:
            self._known[source] = open_experiment_data(config).key
        if self._known[source] != then:
            raise RunError(
                f"{job.run.folder}: its features or lists have changed since it was "
                "trained. Delete it, or use other --runs"
            )


def _reads_videos(cell):
    return cell.settings.get("features") == MOTION_AWARE or (
        open_system(cell.system).reads == "pixels"
    )


class _Clock:
    """Estimates the time left from the times of the finished runs."""

    def __init__(self, names):
        self._names = names
        self._seconds = {}
        self._current = None

    def begin(self, job):
        name, now = job.name, time.monotonic()
        if self._current is not None:
            before, started = self._current
            self._seconds[before] = now - started
        self._current = (name, now)
        index = self._names.index(name)
        line = f"[{index + 1}/{len(self._names)}] {job.row.title}, seed {job.seed}"
        if not self._seconds:
            return line
        # A run takes as long as another seed of its row, or else the mean of all runs.
        mean = sum(self._seconds.values()) / len(self._seconds)
        of_row = {_without_seed(name): taken for name, taken in self._seconds.items()}
        left = sum(of_row.get(_without_seed(n), mean) for n in self._names[index:])
        minutes = left / 60
        return line + (
            f", about {minutes:.0f} min left" if minutes >= 1 else ", < 1 min left"
        )


def _without_seed(name):
    return name.rpartition("-seed")[0]


def finish_run(config):
    """Trains, resumes or reuses a run, and evaluates it.

    Args:
        config: `ExperimentConfig` with a name.

    Returns:
        `(run, metrics)`.

    Raises:
        ConfigError: a run of that name was made with other settings.
    """
    run = Run(pathlib.Path(config.runs, config.name))
    if run.is_finished:
        before = run.load_config()
        refuse_other_settings(config, before, {"runs", "name"}, run.folder)
    else:
        train(config, resume=run.folder if run.config.is_file() else None)
    return run, evaluate(run.folder)
