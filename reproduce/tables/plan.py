"""Which runs a table needs, with which settings."""

import dataclasses
import pathlib

from keras_wsad.baselines.registry import published_settings
from keras_wsad.baselines.registry import settings_read
from keras_wsad.config import load_config
from keras_wsad.config import preset_path
from keras_wsad.data.embedded import embedded_folder
from keras_wsad.errors import ConfigError
from keras_wsad.scenes import SceneSet
from reproduce.scenes import SCENES
from reproduce.scenes import rendered_data
from reproduce.tables.motion import MOTION_AWARE
from reproduce.tables.motion import make_motion_features

#: Steps of the systems that the joint model is compared with, unless they were published
#: with fewer or a row says so: small networks, which get more steps than the joint model.
BASELINE_STEPS = 1500

# A small set, and steps that show the form of a table and nothing else.
_QUICK_SCENES = SceneSet(train_per_class=4, test_per_class=1, seconds=(12.0, 14.0))
_QUICK = {
    "validation_fraction": 0.25,
    "anomalous_per_batch": 10,
    "normal_per_batch": 10,
}
_QUICK_STEPS = 30

# Of the autoencoder of optical flow.
_MOTION_STEPS = 1000


@dataclasses.dataclass(frozen=True, kw_only=True)
class TableOptions:
    """On what a table is measured.

    Args:
        data: str or `None`. A folder in UCF-Crime's layout; without one the rendered
            videos of `SCENES`. Defaults to `None`.
        features: str or `None`. Which features, where the folder holds several. Defaults
            to `None`.
        seeds: tuple of ints. Defaults to `(0, 1, 2)`.
        standardize: bool. Whether features are standardised. Defaults to `False`.
        steps: int or `None`. Training steps of every row that has any, in place of its
            own. Defaults to `None`.
        alignment: `"aligned"` or `"release"`: how segment scores become frame scores.
            Defaults to `"aligned"`.
        quick: bool. Whether the form of the table is enough. Defaults to `False`.
        runs: str. The folder for all tables. Defaults to `"runs/tables"`.
    """

    data: str | None = None
    features: str | None = None
    seeds: tuple = (0, 1, 2)
    standardize: bool = False
    steps: int | None = None
    alignment: str = "aligned"
    quick: bool = False
    runs: str = "runs/tables"

    def __post_init__(self):
        if not self.seeds or len(set(self.seeds)) < len(self.seeds):
            raise ConfigError(
                f"Expected seeds that differ, at least one. Received: {list(self.seeds)}"
            )
        if self.steps is not None and self.steps < 1:
            raise ConfigError(f"Expected steps >= 1. Received: {self.steps}")

    @property
    def data_name(self):
        """What the data are called, in file names and in titles."""
        name = "embedded"
        if self.data is not None:
            name = pathlib.Path(self.features or self.data).resolve().name
        name += "-standardized" if self.standardize else ""
        return name + ("-quick" if self.quick else "")

    @property
    def suffix(self):
        """What tells tables of the same runs apart in their file names."""
        return self.data_name + ("-release" if self.alignment == "release" else "")

    @property
    def folder(self):
        """The folder of the runs on these data."""
        return pathlib.Path(self.runs, self.data_name)


def run_name(cell, seed):
    """Returns the name of a cell's run: cells with the same settings share it.

    Example:

    >>> from reproduce.tables.rows import Cell
    >>> settings = {"lstm": False}
    >>> cell = Cell(system="joint", settings=settings, published=None, tolerance=1, note="")
    >>> run_name(cell, 2)
    'joint-lstm_false-seed2'
    """
    parts = [f"{name}_{str(value).lower()}" for name, value in cell.settings.items()]
    return "-".join([cell.system, *parts, f"seed{seed}"])


def cell_config(cell, options, seed):
    """Returns the `ExperimentConfig` of a cell's run.

    The joint model has its preset: that of the paper, or of the embedded data set. Another
    system has what it was published with, for at most `BASELINE_STEPS`. What is held out
    and which checkpoint is kept follows one rule for all.

    Args:
        cell: `Cell`.
        options: `TableOptions`.
        seed: int.

    Returns:
        An `ExperimentConfig`. What `prepare` makes need not be there.

    Raises:
        ConfigError: a setting of the row is none, or of another type.
    """
    embedded = options.data is None
    read = settings_read(cell.system)
    if cell.system == "joint":
        settings = dataclasses.asdict(
            load_config(preset_path("embedded" if embedded else "paper"))
        )
    else:
        settings = published_settings(cell.system, embedded)
        if "steps" in read:
            steps = settings.get("steps", BASELINE_STEPS)
            settings["steps"] = min(steps, BASELINE_STEPS)
    if not embedded:
        settings |= {"data": options.data, "features": options.features}
    else:
        settings |= {"data": str(embedded_folder(_scenes(options)))}
        if options.quick:
            settings |= {name: _QUICK[name] for name in _QUICK.keys() & read}
    settings |= cell.settings
    if "steps" in read and options.quick:
        settings["steps"] = _QUICK_STEPS
    if "steps" in read and options.steps is not None:
        settings["steps"] = options.steps
    if settings.get("features") == MOTION_AWARE:
        settings |= {"features": str(options.folder / MOTION_AWARE)}
    settings |= {
        "standardize": options.standardize or settings.get("standardize", False),
        "seed": seed,
        "runs": str(options.folder),
        "name": run_name(cell, seed),
    }
    # As from a file: a setting that there is not, or of another type, is an error.
    return load_config(preset_path("paper"), **settings)


def prepare(cell, options, config):
    """Makes the features that a run needs and that there may not be yet.

    Args:
        cell: `Cell`.
        options: `TableOptions`.
        config: `ExperimentConfig`, as `cell_config` returns it.

    Raises:
        NeedsPixelsError: they are made of videos, and those are not all there.
    """
    if options.data is None:
        rendered_data(_scenes(options))
    if cell.settings.get("features") == MOTION_AWARE:
        steps = _QUICK_STEPS if options.quick else _MOTION_STEPS
        make_motion_features(config.data, config.features, steps)


def _scenes(options):
    return _QUICK_SCENES if options.quick else SCENES
