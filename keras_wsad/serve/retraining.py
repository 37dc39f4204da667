"""Trains the run that is served anew, with the verdicts of its review."""

import dataclasses
import subprocess
import sys
import threading

from keras_wsad.baselines.registry import check_settings
from keras_wsad.baselines.registry import open_system
from keras_wsad.config import save_config
from keras_wsad.errors import DataError
from keras_wsad.errors import WSADError
from keras_wsad.files import write_text
from keras_wsad.serve.similar import open_training_data
from keras_wsad.serve.verdict_formats import export_verdicts

# The command `keras-wsad`, of the same installation.
_PROGRAM = "import sys; from keras_wsad.cli import main; sys.exit(main())"


class Retraining:
    """A training with the marks of a review, in a process of its own.

    The new run lies beside the one that is served, which stays as it is. Marks, settings
    and output are kept in the review's folder as `NAME.csv`, `NAME.yaml` and `NAME.log`,
    where `NAME` is the new run's.

    Args:
        run: `Run` that is served.
        reviews: `Reviews`.
        folder: path. The review's folder.
    """

    def __init__(self, run, reviews, folder):
        self._run = run
        self._reviews = reviews
        self._folder = folder
        self._lock = threading.Lock()
        self._data = None
        self._process = None
        self._name = None

    def describe(self):
        """Says how the last training went, and what another one would do.

        Returns:
            A dict of `state` (`None`, `"running"`, `"done"`, `"failed"`) and `message` of
            the last one, and of `plan` and `command` of the next, or `problem`, why there
            can be none. All are str or `None`.
        """
        with self._lock:
            state, message = self._state()
            plan = command = problem = None
            if state != "running":
                try:
                    config, plan = self._plan()
                    command = f"keras-wsad train --config {self._path(config.name, 'yaml')}"
                except (WSADError, OSError) as error:
                    problem = str(error)
        return {
            "state": state,
            "message": message,
            "plan": plan,
            "command": command,
            "problem": problem,
        }

    def start(self):
        """Begins to train.

        Raises:
            WSADError: a training is running, or there can be none.
            OSError: a file cannot be written.
        """
        with self._lock:
            if self._state()[0] == "running":
                raise DataError("Expected one training at a time. One is running.")
            config, _ = self._plan()
            path = self._path(config.name, "yaml")
            with open(self._path(config.name, "log"), "wb") as log:
                self._process = subprocess.Popen(
                    [sys.executable, "-c", _PROGRAM, "train", "--config", str(path)],
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=subprocess.STDOUT,
                )
            self._name = config.name

    def stop(self):
        """Ends a training that is running; `keras-wsad train --resume` goes on with it."""
        if self._process is not None and self._process.poll() is None:
            self._process.terminate()
            self._process.wait()

    def _state(self):
        if self._process is None:
            return None, None
        folder = self._run.folder.parent / self._name
        log = self._path(self._name, "log")
        status = self._process.poll()
        if status is None:
            lines = log.read_text(encoding="utf-8", errors="replace").split("\n")
            last = next((line for line in reversed(lines) if line.strip()), "")
            # Of a progress bar, what it shows now.
            return "running", last.rpartition("\r")[2].strip() or "It begins."
        if status:
            return "failed", f"{self._name} was not trained; {log} says why."
        return "done", f"It is in {folder}. To see it: keras-wsad serve --model {folder}"

    def _plan(self):
        """Writes the marks and the settings; returns the settings, and what they do."""
        config = self._run.load_config()
        runs, number = self._run.folder.parent, 1
        while (runs / f"{self._run.folder.name}-marks-{number}").exists():
            number += 1
        name = f"{self._run.folder.name}-marks-{number}"
        marks = self._path(name, "csv")
        config = dataclasses.replace(config, name=name, runs=str(runs), marks=str(marks))
        check_settings(config)
        if self._data is None:
            self._data = open_training_data(self._run)
        if self._data is None:
            raise DataError("Expected the data set that the model was trained on.")
        text, _ = export_verdicts(self._reviews)["marks.csv"]
        write_text(marks, text)
        found = self._data.marked(marks).summary.rpartition("\n")[2]
        save_config(config, self._path(name, "yaml"))
        return config, (
            f"{open_system(config.system).title} is trained anew as {name}, on the same "
            f"{len(self._data.training)} videos and on what was reviewed: {found} The "
            "model that is served stays as it is."
        )

    def _path(self, name, suffix):
        return self._folder / f"{name}.{suffix}"
