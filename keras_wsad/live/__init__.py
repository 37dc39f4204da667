"""Watching a source that goes on: reading, scoring by a sliding window, and alarms."""

from keras_wsad.live.alarm_rule import AlarmRule
from keras_wsad.live.open_source import open_source
from keras_wsad.live.reader import Reader
from keras_wsad.live.sliding_window import SlidingWindow
from keras_wsad.live.watch import Watch

__all__ = ["AlarmRule", "Reader", "SlidingWindow", "Watch", "open_source"]
