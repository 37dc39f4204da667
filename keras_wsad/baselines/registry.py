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
    "hasan": "keras_wsad.baselines.hasan.Hasan",
    "sultani": "keras_wsad.baselines.sultani.Sultani",
    "dubey": "keras_wsad.baselines.dubey.Dubey",
    "i3d_baseline": "keras_wsad.baselines.i3d_baseline.I3DBaseline",
    "zhang": "keras_wsad.baselines.zhang.Zhang",
    "zhu_newsam": "keras_wsad.baselines.zhu_newsam.ZhuNewsam",
    "svm": "keras_wsad.baselines.svm.SVM",
    "zhong": "keras_wsad.baselines.zhong.Zhong",
    "nearest_neighbours": "keras_wsad.baselines.nearest_neighbours.NearestNeighbours",
    "chance": "keras_wsad.baselines.chance.Chance",
    "position_prior": "keras_wsad.baselines.position_prior.PositionPrior",
    "label_spread": "keras_wsad.baselines.label_spread.LabelSpread",
    "logistic_regression": "keras_wsad.baselines.logistic_regression.LogisticRegression",
    "extraction_batches": "keras_wsad.baselines.extraction_batches.ExtractionBatches",
    "lu": "keras_wsad.baselines.lu.Lu",
}

# Settings that only the joint model reads.
JOINT_SETTINGS = (
    "lstm",
    "second_level",
    "first_level",
    "lstm_units",
    "first_level_units",
    "detection_units",
    "second_level_units",
    "class_units",
    "recurrent_activation",
    "detection_weight",
    "first_level_target",
    "first_level_weight",
    "second_level_weight",
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
    data set, and those `from_preset`.

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
        names = ("smoothness", "sparsity", *found.from_preset)
        settings |= {name: getattr(preset, name) for name in names}
    return settings


def refuse_settings_of_others(config):
    """Raises if a setting is given that the system would silently ignore.

    Args:
        config: `ExperimentConfig`.

    Raises:
        ConfigError: a setting of the joint model is given to another system.
    """
    if config.system == "joint":
        return
    defaults = {field.name: field.default for field in dataclasses.fields(ExperimentConfig)}
    given = [name for name in JOINT_SETTINGS if getattr(config, name) != defaults[name]]
    if given:
        raise ConfigError(
            f"The system {config.system} does not read {', '.join(given)}, which are "
            "settings of the joint model."
        )
