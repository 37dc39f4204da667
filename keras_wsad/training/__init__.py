"""A training run, from configuration to run folder."""

from keras_wsad.training.run_training import train

__all__ = ["train"]
