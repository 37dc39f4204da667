"""Metrics as pure functions on numpy arrays."""

from keras_wsad.metrics.event_auc import event_auc
from keras_wsad.metrics.false_alarm_rate import false_alarm_rate
from keras_wsad.metrics.frame_level_auc import frame_level_auc
from keras_wsad.metrics.frame_level_auc import video_level_auc
from keras_wsad.metrics.mean_average_accuracy import class_confusion
from keras_wsad.metrics.mean_average_accuracy import mean_average_accuracy
from keras_wsad.metrics.mean_average_accuracy import per_class_accuracy
from keras_wsad.metrics.temporal_map import temporal_map

__all__ = [
    "class_confusion",
    "event_auc",
    "false_alarm_rate",
    "frame_level_auc",
    "mean_average_accuracy",
    "per_class_accuracy",
    "temporal_map",
    "video_level_auc",
]
