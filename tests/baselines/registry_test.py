import dataclasses
import typing

import pytest

from keras_wsad.baselines import SYSTEMS
from keras_wsad.baselines import open_system
from keras_wsad.baselines.registry import COMMON_SETTINGS
from keras_wsad.baselines.registry import check_settings
from keras_wsad.baselines.registry import published_settings
from keras_wsad.baselines.registry import settings_read
from keras_wsad.config import ExperimentConfig
from keras_wsad.errors import ConfigError

FIELDS = {field.name: field for field in dataclasses.fields(ExperimentConfig)}


def another_value(field):
    """A value of a setting that is not its default."""
    if field.type is bool:
        return not field.default
    if isinstance(field.default, str):
        return typing.get_args(field.type)[-1]
    return field.default + 1 if field.type is int else (field.default or 1) / 2


def test_no_setting_is_left_that_nothing_reads():
    assert set().union(*map(settings_read, SYSTEMS)) == set(FIELDS)


@pytest.mark.parametrize("system", SYSTEMS)
def test_a_setting_is_refused_if_the_system_does_not_read_it(system):
    for name in FIELDS.keys() - COMMON_SETTINGS:
        value = another_value(FIELDS[name])
        config = ExperimentConfig(**{"system": system, name: value})
        if name in open_system(system).settings:
            check_settings(config)
        else:
            with pytest.raises(ConfigError, match=f"Received: {name}={value}$"):
                check_settings(config)


@pytest.mark.parametrize("embedded", [True, False])
@pytest.mark.parametrize("system", sorted(SYSTEMS.keys() - {"joint"}))
def test_what_is_published_is_read(system, embedded):
    check_settings(ExperimentConfig(**published_settings(system, embedded)))


def test_the_error_names_what_is_read():
    with pytest.raises(ConfigError, match=r"svm reads \(train_crop, test_crops, s"):
        check_settings(ExperimentConfig(system="svm", dropout=0.3))


def test_a_checkpoint_is_chosen_on_held_out_videos_or_by_another_rule():
    with pytest.raises(ConfigError, match="needs held-out videos"):
        check_settings(ExperimentConfig(validation_fraction=0))
    check_settings(ExperimentConfig(validation_fraction=0, checkpoint_rule="last"))
    check_settings(ExperimentConfig(validation_fraction=0, system="svm"))
    with pytest.raises(ConfigError, match="patience needs a checkpoint_rule"):
        check_settings(ExperimentConfig(patience=30, checkpoint_rule="last"))
