"""The embedded data set: rendered surveillance videos with exact ground truth."""

from keras_wsad.scenes.data_set import SceneSet
from keras_wsad.scenes.data_set import write_data_set
from keras_wsad.scenes.screenplay import write_scene

__all__ = ["SceneSet", "write_data_set", "write_scene"]
