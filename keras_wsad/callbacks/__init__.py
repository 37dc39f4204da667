"""Callbacks of training: evaluation, checkpoints, progress, and the stop on NaN."""

from keras_wsad.callbacks.checkpoint_selection import CheckpointSelection
from keras_wsad.callbacks.run_state import RunState
from keras_wsad.callbacks.stop_on_nan import StopOnNaN
from keras_wsad.callbacks.training_progress import TrainingProgress

__all__ = ["CheckpointSelection", "RunState", "StopOnNaN", "TrainingProgress"]
