import collections

import pytest

from keras_wsad.config import ExperimentConfig
from keras_wsad.data import Video
from keras_wsad.data import open_experiment_data
from keras_wsad.data.splits import hold_out
from keras_wsad.errors import ConfigError

VIDEOS = [Video(name=f"v{i}", label=i % 4) for i in range(40)]


def test_every_class_is_held_out_in_proportion():
    training, validation = hold_out(VIDEOS, 0.2, seed=0)
    assert collections.Counter(video.label for video in validation) == dict.fromkeys(
        range(4), 2
    )
    names = {video.name for video in training} | {video.name for video in validation}
    assert len(names) == len(training) + len(validation) == 40


def test_the_split_depends_on_the_seed_alone():
    assert hold_out(VIDEOS, 0.2, seed=3) == hold_out(VIDEOS, 0.2, seed=3)
    assert hold_out(VIDEOS, 0.2, seed=3) != hold_out(VIDEOS, 0.2, seed=4)


def test_the_seed_of_the_config_splits(tiny_root):
    def held_out(seed):
        config = ExperimentConfig(data=str(tiny_root), validation_fraction=0.25, seed=seed)
        return {video.name for video in open_experiment_data(config).validation}

    assert held_out(0) == held_out(0) != held_out(1)


def test_nothing_is_held_out_at_zero():
    assert hold_out(VIDEOS, 0, seed=0) == (VIDEOS, [])


def test_too_few_videos_are_an_error_that_says_what_to_do():
    with pytest.raises(ConfigError, match="--validation_fraction 0"):
        hold_out(VIDEOS[:5], 0.2, seed=0)
    with pytest.raises(ConfigError, match="< 1"):
        hold_out(VIDEOS, 1.0, seed=0)
