"""The systems of Table II: the proposed model and what it is compared with."""

from keras_wsad.baselines.registry import SYSTEMS
from keras_wsad.baselines.registry import open_system
from keras_wsad.baselines.system import System

__all__ = ["SYSTEMS", "System", "open_system"]
