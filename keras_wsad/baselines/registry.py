"""The systems by the name that `--system` takes."""

import dataclasses
import importlib

from keras_wsad.config import ExperimentConfig
from keras_wsad.config import load_config
from keras_wsad.config import preset_path
from keras_wsad.errors import ConfigError

# Module and class of each; imported on demand.
SYSTEMS = {
    "joint": "keras_wsad.baselines.proposed.Proposed",
    "equivariant": "keras_wsad.baselines.equivariant.Equivariant",
    "hasan": "keras_wsad.baselines.hasan.Hasan",
    "sultani": "keras_wsad.baselines.sultani.Sultani",
    "dubey": "keras_wsad.baselines.dubey.Dubey",
    "i3d_baseline": "keras_wsad.baselines.i3d_baseline.I3DBaseline",
    "zhang": "keras_wsad.baselines.zhang.Zhang",
    "zhu_newsam": "keras_wsad.baselines.zhu_newsam.ZhuNewsam",
    "ur_dmu": "keras_wsad.baselines.ur_dmu.URDMU",
    "bn_wvad": "keras_wsad.baselines.bn_wvad.BNWVAD",
    "vadclip": "keras_wsad.baselines.vadclip.VadCLIP",
    "svm": "keras_wsad.baselines.svm.SVM",
    "zhong": "keras_wsad.baselines.zhong.Zhong",
    "nearest_neighbours": "keras_wsad.baselines.nearest_neighbours.NearestNeighbours",
    "chance": "keras_wsad.baselines.chance.Chance",
    "position_prior": "keras_wsad.baselines.position_prior.PositionPrior",
    "label_spread": "keras_wsad.baselines.label_spread.LabelSpread",
    "logistic_regression": "keras_wsad.baselines.logistic_regression.LogisticRegression",
    "extraction_batches": "keras_wsad.baselines.extraction_batches.ExtractionBatches",
    "lu": "keras_wsad.baselines.lu.Lu",
    "rtfm": "keras_wsad.baselines.rtfm.RTFM",
    "mgfn": "keras_wsad.baselines.mgfn.MGFN",
    "pel4vad": "keras_wsad.baselines.pel4vad.PEL4VAD",
}

#: The systems whose runs `keras_wsad.load` opens, and leave a SavedModel.
PREDICTING = ("joint", "equivariant")

# Settings that are read for every system: of the data, of the run and of its folder.
COMMON_SETTINGS = (
    "system",
    "data",
    "features",
    "strict",
    "drop_duplicates",
    "num_segments",
    "reduce",
    "alignment",
    "standardize",
    "validation_fraction",
    "seed",
    "deterministic",
    "runs",
    "name",
)


def open_system(name):
    """Returns the class of a system.

    Args:
        name: str. A key of `SYSTEMS`.

    Raises:
        ConfigError: there is no such system.
    """
    if name not in SYSTEMS:
        raise ConfigError(f"Expected a system ({', '.join(SYSTEMS)}). Received: {name!r}")
    module, _, class_name = SYSTEMS[name].rpartition(".")
    return getattr(importlib.import_module(module), class_name)


def published_settings(system, embedded):
    """Returns the default settings of a system other than the joint model.

    They are those that it was published with. On the embedded data set it shares settings
    of the joint model: the coefficients of smoothness and sparsity, which depend on the
    data set, where it reads them and has none of its own, and those `from_preset`.

    Args:
        system: str. A key of `SYSTEMS`.
        embedded: bool. Whether it is for the embedded data set.

    Raises:
        ConfigError: there is no such system.
    """
    found = open_system(system)
    settings = {"system": system, **found.published}
    if embedded:
        preset = load_config(preset_path("embedded"))
        shared = {"smoothness", "sparsity"} & set(found.settings) - found.published.keys()
        names = (*shared, *found.from_preset)
        settings |= {name: getattr(preset, name) for name in names}
    return settings


def settings_read(system):
    """Returns the names of all settings that a system reads.

    Args:
        system: str. A key of `SYSTEMS`.

    Raises:
        ConfigError: there is no such system.
    """
    return {*COMMON_SETTINGS, *open_system(system).settings}


def check_settings(config):
    """Raises if a setting is given that the system would silently ignore.

    Args:
        config: `ExperimentConfig`.

    Raises:
        ConfigError: a setting that the system does not read differs from its default, or
            there are no held-out videos to choose a checkpoint on, or to stop by.
    """
    system, read = config.system, settings_read(config.system)
    given = [
        f"{field.name}={getattr(config, field.name)}"
        for field in dataclasses.fields(ExperimentConfig)
        if field.name not in read and getattr(config, field.name) != field.default
    ]
    if given:
        names = ", ".join([*open_system(system).settings, *COMMON_SETTINGS])
        raise ConfigError(
            f"Expected settings that the system {system} reads ({names}). "
            f"Received: {', '.join(given)}"
        )
    if (
        "checkpoint_rule" in read
        and config.checkpoint_rule == "best_on_validation"
        and not config.validation_fraction
    ):
        raise ConfigError(
            "checkpoint_rule best_on_validation needs held-out videos. "
            "Received: validation_fraction=0"
        )
    if config.patience and config.checkpoint_rule == "last":
        raise ConfigError(
            "patience needs a checkpoint_rule with a criterion. "
            f"Received: patience={config.patience}, checkpoint_rule=last"
        )
