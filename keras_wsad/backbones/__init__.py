"""Stage B: the networks that describe a clip."""

from keras_wsad.backbones.c3d import C3D
from keras_wsad.backbones.compact import Compact
from keras_wsad.backbones.i3d import I3D
from keras_wsad.backbones.resnet3d import ResNet3D34
from keras_wsad.backbones.weights import load_weights

__all__ = ["C3D", "Compact", "I3D", "ResNet3D34", "load_weights"]
