"""The embedded data sets: rendered surveillance videos with exact ground truth."""

from keras_wsad.scenes.data_set import write_data_set
from keras_wsad.scenes.scene_set import SETS
from keras_wsad.scenes.scene_set import SceneSet
from keras_wsad.scenes.screenplay import write_scene

__all__ = ["SETS", "SceneSet", "write_data_set", "write_scene"]
