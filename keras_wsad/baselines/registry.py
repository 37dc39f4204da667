"""Which systems there are, by the name that `--system` takes."""

import dataclasses
import importlib

from keras_wsad.config import ExperimentConfig
from keras_wsad.errors import ConfigError

# Where each is; nothing is imported before it is asked for.
SYSTEMS = {
    "joint": "keras_wsad.baselines.proposed.Proposed",
}

# Settings that the joint model alone reads.
JOINT_SETTINGS = (
    "lstm",
    "second_level",
    "first_level",
    "lstm_units",
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


def refuse_settings_of_others(config):
    """Makes a setting an error that the system would silently ignore.

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
