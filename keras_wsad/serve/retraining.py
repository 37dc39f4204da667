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
from keras_wsad.runs import Run
from keras_wsad.serve.similar import open_training_data
from keras_wsad.serve.verdict_formats import export_verdicts

# The command `keras-wsad`, of the same installation. It ends as by Ctrl-C when its input is
# closed: by the server, or by the system when the server is killed. A server that was
# started in the background ignores Ctrl-C, and so would its child.
_PROGRAM = """
import os, signal, sys, threading

def end_with_the_server():
    os.read(0, 1)
    os.kill(os.getpid(), signal.SIGINT)

signal.signal(signal.SIGINT, signal.default_int_handler)
threading.Thread(target=end_with_the_server, daemon=True).start()

from keras_wsad.cli import main
sys.exit(main())
"""


class Retraining:
    """A training with the marks of a review, in a process that ends with this one.

    The new run lies beside the one that is served, which stays as it is. Marks, settings
    and output are kept in the review's folder as `NAME.csv`, `NAME.yaml` and `NAME.log`,
    where `NAME` is the new run's.

    Args:
        run: `Run` that is served.
        reviews: `Reviews`.
        folder: path. The review's folder.
    """

    def __init__(self, run, reviews, folder):
        self._run = Run(run.folder.resolve())
        self._reviews = reviews
        self._folder = folder.resolve()
        self._lock = threading.Lock()
        self._is_stopped = False
        self._data = None
        self._process = None
        self._name = None

    def describe(self):
        """Says how the last training went, and what another one would do.

        Returns:
            A dict of `state` (`None`, `"preparing"`, `"running"`, `"done"`, `"failed"`) and
            `message` of the last one, and of `plan` of the next, or `problem`, why there
            can be none. All are str or `None`.
        """
        said = dict.fromkeys(("state", "message", "plan", "problem"))
        # The data may take long to open, and another client may have asked for it.
        if not self._lock.acquire(blocking=False):
            return said | {"state": "preparing", "message": "It is being prepared."}
        try:
            said["state"], said["message"] = self._state()
            if said["state"] != "running":
                said["plan"] = self._plan()[1]
        except (WSADError, OSError) as error:
            said["problem"] = str(error).replace(f"{self._folder}/", "")
        finally:
            self._lock.release()
        return said

    def start(self):
        """Begins to train.

        Raises:
            WSADError: a training is running, or there can be none.
            OSError: a file cannot be written.
        """
        with self._lock:
            if self._is_stopped or self._state()[0] == "running":
                raise DataError("Expected one training at a time. One is running.")
            config, _ = self._plan()
            path = self._path(config.name, "yaml")
            save_config(config, path)
            with open(self._path(config.name, "log"), "wb") as log:
                self._process = subprocess.Popen(
                    [sys.executable, "-c", _PROGRAM, "train", "--config", str(path)],
                    stdin=subprocess.PIPE,
                    stdout=log,
                    stderr=subprocess.STDOUT,
                )
            self._name = config.name

    def stop(self):
        """Ends a training that is running; `keras-wsad train --resume` goes on with it."""
        with self._lock:
            self._is_stopped = True
            if self._process is None or self._process.poll() is not None:
                return
            self._process.stdin.close()
            try:
                self._process.wait(timeout=10)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()

    def _state(self):
        if self._process is None:
            before = self._name_of(self._next_number() - 1)
            run = Run(self._run.folder.parent / before)
            if run.config.is_file() and not run.is_finished:
                return None, f"{before} is not finished: `train --resume` goes on with it."
            return None, None
        status = self._process.poll()
        if status is None:
            log = self._path(self._name, "log")
            lines = log.read_text(encoding="utf-8", errors="replace").split("\n")
            last = next((line for line in reversed(lines) if line.strip()), "")
            # Of a progress bar, what it shows now.
            return "running", last.rpartition("\r")[2].strip() or "It begins."
        if status:
            return "failed", f"{self._name} was not trained: see {self._name}.log"
        return "done", f"{self._name} is trained, and lies beside the model that is served."

    def _plan(self):
        """Writes the marks; returns the settings, and what a training with them does."""
        config = self._run.load_config()
        instead = " They replace the marks that it has had." if config.marks else ""
        name = self._name_of(self._next_number())
        marks = self._path(name, "csv")
        config = dataclasses.replace(
            config, name=name, runs=str(self._run.folder.parent), marks=str(marks)
        )
        check_settings(config)
        if self._data is None:
            self._data = open_training_data(self._run)
        if self._data is None:
            raise DataError("Expected the data set that the model was trained on.")
        text, _ = export_verdicts(self._reviews)["marks.csv"]
        write_text(marks, text)
        found = self._data.marked(marks).summary.rpartition("\n")[2]
        return config, (
            f"{open_system(config.system).title} is trained anew as {name}, on the same "
            f"{len(self._data.training)} videos and on what was reviewed: {found}{instead} "
            "The model that is served stays as it is."
        )

    def _name_of(self, number):
        return f"{self._run.folder.name}-marks-{number}"

    def _next_number(self):
        number = 1
        while (self._run.folder.parent / self._name_of(number)).exists():
            number += 1
        return number

    def _path(self, name, suffix):
        return self._folder / f"{name}.{suffix}"
