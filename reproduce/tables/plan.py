"""Which runs a table needs, with which settings: its jobs."""

import dataclasses
import pathlib

from keras_wsad.baselines.registry import open_system
from keras_wsad.baselines.registry import published_settings
from keras_wsad.baselines.registry import settings_read
from keras_wsad.config import ExperimentConfig
from keras_wsad.config import load_config
from keras_wsad.config import preset_path
from keras_wsad.data.embedded import embedded_folder
from keras_wsad.errors import ConfigError
from keras_wsad.runs import Run
from keras_wsad.scenes import SceneSet
from reproduce.scenes import BENCH
from reproduce.tables.motion import MOTION_AWARE
from reproduce.tables.rows import Row

#: The rule by which every system trains that has steps and is judged while it trains: it
#: stops once no held-out metric has risen for so many steps, at the latest after the most
#: of them, and detection and classification have a checkpoint each, by their own metric.
PATIENCE, MOST_STEPS = 300, 1500

# A quick table has no more steps than the joint model's preset for its videos, and fewer
# where pixels are read.
_QUICK_STEPS, _QUICK_PIXEL_STEPS = 300, 30


@dataclasses.dataclass(frozen=True, kw_only=True)
class TableOptions:
    """On what a table is measured.

    Args:
        data: str or `None`. A folder in UCF-Crime's layout; without one the rendered
            videos of `BENCH`. Defaults to `None`.
        features: str or `None`. Which features, where the folder holds several. Defaults
            to `None`.
        seeds: tuple of ints. Defaults to `(0, 1, 2, 3, 4)`.
        standardize: bool. Whether features are standardised. Defaults to `False`.
        steps: int or `None`. The most training steps of every row, in place of
            `MOST_STEPS` and of what a row says. Defaults to `None`.
        preset: str or `None`. The joint model's settings; without one, those of the
            paper, or of rendered videos. Defaults to `None`.
        quick: bool. Whether the table is made on the few videos of the first hour, which
            `train.py` has rendered, in few steps. Defaults to `False`.
        runs: str. The folder for all tables. Defaults to `"runs/tables"`.
    """

    data: str | None = None
    features: str | None = None
    seeds: tuple = (0, 1, 2, 3, 4)
    standardize: bool = False
    steps: int | None = None
    preset: str | None = None
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
        name = "demo" if self.quick else "bench"
        if self.data is not None:
            name = pathlib.Path(self.features or self.data).resolve().name
            name += "-quick" if self.quick else ""
        return name + ("-standardized" if self.standardize else "")

    @property
    def folder(self):
        """The folder of the runs on these data."""
        return pathlib.Path(self.runs, self.data_name)

    @property
    def scenes(self):
        """The `SceneSet` that is rendered without a folder of data."""
        return SceneSet() if self.quick else BENCH

    @property
    def motion_steps(self):
        """Training steps of the autoencoder of optical flow."""
        return _QUICK_PIXEL_STEPS if self.quick else 1000


@dataclasses.dataclass(frozen=True)
class Job:
    """What one number of a table is made of: a metric of a row, and a run.

    Args:
        row: `Row`.
        metric: `"auc"` or `"maa"`.
        seed: int.
        name: str. The name of the run; jobs of the same settings share it.
        config: `ExperimentConfig` of the run.
    """

    row: Row
    metric: str
    seed: int
    name: str
    config: ExperimentConfig

    @property
    def cell(self):
        """The `Cell` whose number it is."""
        return self.row.cells[self.metric]

    @property
    def run(self):
        """The `Run`, whether or not it is there yet."""
        return Run(pathlib.Path(self.config.runs, self.name))


def plan_jobs(rows, options):
    """Returns the jobs of a table, in the order of its rows, cells and seeds.

    The joint model has its preset: the chosen one, or that of the paper, or of rendered
    videos. Another system has what it was published with. How long they train, what is held
    out and which checkpoints are kept follows one rule for all.

    Args:
        rows: list of `Row`.
        options: `TableOptions`.

    Returns:
        A list of `Job`. Their data and features need not be there yet.

    Raises:
        ConfigError: a setting of a row is none, or of another type.
    """
    jobs = []
    for row in rows:
        for metric, cell in row.cells.items():
            config = _config(cell, options)
            for seed in options.seeds:
                name = f"{config.name}-seed{seed}"
                of_seed = dataclasses.replace(config, seed=seed, name=name)
                jobs.append(Job(row, metric, seed, name, of_seed))
    return jobs


def _config(cell, options):
    """Returns the `ExperimentConfig` of a cell, its name without the seed."""
    embedded = options.data is None
    read = settings_read(cell.system)
    if cell.system == "joint":
        own = ("demo" if options.quick else "embedded") if embedded else "paper"
        preset = options.preset or own
        settings = dataclasses.asdict(load_config(preset_path(preset)))
    else:
        settings = published_settings(cell.system, embedded)
    if "patience" in read:
        settings |= {"patience": PATIENCE, "checkpoint_metric": "each"}
    if "steps" in read:
        settings["steps"] = MOST_STEPS
    if not embedded:
        settings |= {"data": options.data, "features": options.features}
    else:
        settings |= {"data": str(embedded_folder(options.scenes))}
    settings |= cell.settings
    if "steps" in read and options.quick:
        pixels = open_system(cell.system).reads == "pixels"
        most = _QUICK_PIXEL_STEPS if pixels else _QUICK_STEPS
        settings["steps"] = min(settings["steps"], most)
    if "steps" in read and options.steps is not None:
        settings["steps"] = options.steps
    if settings.get("features") == MOTION_AWARE:
        settings |= {"features": str(options.folder / MOTION_AWARE)}
    if "marks" in cell.settings:
        settings["marks"] = str(options.folder / f"marks-{cell.settings['marks']}.csv")
    own = [f"{name}_{str(value).lower()}" for name, value in cell.settings.items()]
    settings |= {
        "standardize": options.standardize or settings.get("standardize", False),
        "runs": str(options.folder),
        "name": "-".join([cell.system, *own]),
    }
    # As from a file: a setting that there is not, or of another type, is an error.
    return load_config(preset_path("paper"), **settings)
