"""The run folder: what lies where, and in what environment it was made."""

import contextlib
import dataclasses
import importlib.metadata
import os
import pathlib
import platform
import shutil
import subprocess
import sys

from keras_wsad.config import load_config
from keras_wsad.errors import DataError
from keras_wsad.errors import RunError
from keras_wsad.files import read_json
from keras_wsad.files import remove_partial
from keras_wsad.files import write_json
from keras_wsad.locks import locked
from keras_wsad.metrics.calibration import Calibration


class Run:
    """A run folder and the paths in it.

    | file | content |
    |---|---|
    | `config.yaml` | every setting |
    | `environment.json` | versions, machine, commit, command |
    | `data_report.txt` | which videos were left out or resampled, and why |
    | `extraction.json` | how the features were made, where their sidecars say |
    | `log.csv`, `tensorboard/` | losses and validation metrics of each epoch |
    | `workspace/` | what `--resume` goes on from; gone when training is done |
    | `model.keras`, `saved_model/` | the trained model |
    | `classification.weights.h5` | its weights for classification, if those are others |
    | `system/` | in its place, what a system has learned that is no Keras model |
    | `standardization.npz` | mean and deviation of the features, if they are standardised |
    | `training.json` | how it ended: steps, seconds, kept epoch, calibration |
    | `scores.npz`, `metrics.json`, `*.png` | from `evaluate.py` |

    Args:
        folder: str or path.
    """

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.config = self.folder / "config.yaml"
        self.environment = self.folder / "environment.json"
        self.data_report = self.folder / "data_report.txt"
        self.extraction = self.folder / "extraction.json"
        self.log = self.folder / "log.csv"
        self.tensorboard = self.folder / "tensorboard"
        self.workspace = self.folder / "workspace"
        self.state = self.workspace / "state.npz"
        self.model = self.folder / "model.keras"
        self.saved_model = self.folder / "saved_model"
        self.classification = self.folder / "classification.weights.h5"
        self.system = self.folder / "system"
        self.standardization = self.folder / "standardization.npz"
        self.training = self.folder / "training.json"
        self.scores = self.folder / "scores.npz"
        self.metrics = self.folder / "metrics.json"

    @property
    def is_finished(self):
        """Whether something trained is in it, which is written last."""
        return self.model.is_file() or self.system.is_dir()

    @contextlib.contextmanager
    def locked(self):
        """Keeps other processes from writing into the folder until the block ends.

        What a killed one has left there half written is removed.

        Raises:
            LockedError: another process trains or evaluates the run.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        with locked(self.folder / ".lock"):
            remove_partial(self.folder)
            if self.is_finished:
                # It was killed after the model was written, or could not remove it.
                shutil.rmtree(self.workspace, ignore_errors=True)
            yield

    def load_config(self):
        """Returns the run's `ExperimentConfig`.

        Raises:
            RunError: the folder is not a run.
        """
        if not self.config.is_file() or not self.config.stat().st_size:
            raise RunError(f"{self.folder}: expected a run folder, with config.yaml in it.")
        return load_config(self.config)

    def load_training(self):
        """Returns how the training ended, as `training.json` says.

        Returns:
            A dict with at least `checkpoint` and `calibration`; where there is no such
            file, `None` and one that leaves scores as they are.

        Raises:
            RunError: the file is damaged.
        """
        if not self.training.is_file():
            return {"checkpoint": None, "calibration": dataclasses.asdict(Calibration())}
        try:
            content = read_json(self.training)
            dict(content["checkpoint"])
            Calibration(**content["calibration"])
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise RunError(
                f"{self.training}: damaged; it says which epoch was kept."
            ) from error
        return content

    def save_extraction(self, extraction):
        """Notes the `Extraction` of the features trained on, if it is not `None`."""
        if extraction is not None:
            write_json(self.extraction, extraction.to_dict())

    def load_extraction(self):
        """Returns the `Extraction` of the features trained on, `None` where unknown.

        Raises:
            DataError: the file is damaged.
        """
        from keras_wsad.features.extraction import Extraction

        try:
            content = read_json(self.extraction)
        except FileNotFoundError:
            return None
        return Extraction.from_dict(content, self.extraction)

    def load_standardization(self, config):
        """Returns the `Standardization` of the features, `None` if there is none.

        Args:
            config: `ExperimentConfig` of the run.

        Raises:
            RunError: there should be one, or it is damaged.
        """
        from keras_wsad.data.standardization import Standardization

        if not config.standardize:
            return None
        standardization = Standardization.load(self.standardization)
        if standardization is None:
            raise RunError(f"{self.standardization}: expected the mean of the features.")
        return standardization

    def check_features(self, extraction):
        """Raises if features were extracted otherwise than those trained on.

        Args:
            extraction: `Extraction` of the features at hand, or `None` if unknown, which
                always passes.

        Raises:
            DataError: the extractions differ.
        """
        from keras_wsad.features.extraction import differences

        trained_on = self.load_extraction()
        other = differences(extraction, trained_on) if extraction and trained_on else []
        if other:
            raise DataError(
                f"{self.folder}: expected features made as those that it was trained on. "
                f"Found {', '.join(other)}"
            )


def newest_run(runs="runs", systems=None):
    """Returns the finished run in a folder whose model was written last.

    Args:
        runs: str or path. Defaults to `"runs"`.
        systems: tuple of str. Only runs of these systems; `None` for any. Defaults to
            `None`.

    Raises:
        RunError: there is none.
    """
    parts = ("model.keras", "system")
    models = [path for part in parts for path in pathlib.Path(runs).glob(f"*/{part}")]
    models.sort(key=lambda path: path.stat().st_mtime, reverse=True)
    for path in models:
        if systems is None or Run(path.parent).load_config().system in systems:
            return path.parent
    of = f" of the system {' or '.join(systems)}" if systems else ""
    raise RunError(
        f"{runs}: expected a finished run{of}. Found none; `python train.py` makes one."
    )


def describe_environment():
    """Returns versions, machine, commit and command, as a dict for JSON."""
    import keras

    packages = ["keras-wsad", "keras", "tensorflow", "numpy", "scipy", "scikit-learn"]
    backend = keras.backend.backend()
    packages += [] if backend == "tensorflow" else [backend]
    return {
        "command": " ".join(sys.argv),
        "commit": _commit(),
        "python": platform.python_version(),
        "packages": {package: _version(package) for package in packages},
        "keras_backend": backend,
        "platform": platform.platform(),
        "processor": _processor(),
        "cores": _cores(),
        "devices": _devices(keras),
    }


def environment_line(environment):
    """Returns where numbers come from, as a sentence for a table.

    Args:
        environment: dict, as `describe_environment` returns it.

    Example:

    >>> about = {"commit": "4c22658", "python": "3.11.7", "packages": {"keras": "3.15.1"}}
    >>> environment_line({**about, "processor": "AMD EPYC", "cores": 1})
    'commit 4c22658; Python 3.11.7, keras 3.15.1; AMD EPYC, 1 core'
    """
    packages = [f"{name} {version}" for name, version in environment["packages"].items()]
    cores = environment["cores"]
    return (
        f"commit {environment['commit']}; Python {environment['python']}, "
        f"{', '.join(packages)}; {environment['processor']}, "
        f"{cores} core{'s' if cores != 1 else ''}"
    )


def _cores():
    # Those that this process may use, where the system tells.
    usable = getattr(os, "sched_getaffinity", None)
    return len(usable(0)) if usable else os.cpu_count()


def _devices(keras):
    if keras.backend.backend() == "torch":
        # Keras 3.15 does not list the devices of this backend.
        import torch

        count = torch.cuda.device_count()
        return [f"cuda:{i}" for i in range(count)] or ["cpu:0"]
    return [str(device) for device in keras.distribution.list_devices()]


def _version(package):
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return None


def _commit():
    """Returns the commit of the source tree, `+changes` if it has any, or `None`."""

    def git(*arguments):
        folder = pathlib.Path(__file__).parent
        command = ["git", "-C", str(folder), *arguments]
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout

    try:
        # An installed package may lie inside a repository that is not its own.
        git("ls-files", "--error-unmatch", pathlib.Path(__file__).name)
        changes = git("status", "--porcelain", "--untracked-files=no").strip()
        return git("rev-parse", "HEAD").strip() + ("+changes" if changes else "")
    except (OSError, subprocess.CalledProcessError):
        return None


def _processor():
    try:
        lines = pathlib.Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
        names = [line.partition(":")[2] for line in lines if "model name" in line]
        return names[0].strip()
    except (OSError, IndexError):
        return platform.processor()
