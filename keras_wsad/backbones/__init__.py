"""Stage B: the networks that compute the features of a clip."""

from keras_wsad.backbones.c3d import C3D
from keras_wsad.backbones.compact import Compact
from keras_wsad.backbones.i3d import I3D
from keras_wsad.backbones.open_backbone import OpenBackbone
from keras_wsad.backbones.open_backbone import open_backbone
from keras_wsad.backbones.registry import BACKBONES
from keras_wsad.backbones.resnet3d import ResNet3D34
from keras_wsad.backbones.weights import load_weights

__all__ = [
    "BACKBONES",
    "C3D",
    "Compact",
    "I3D",
    "OpenBackbone",
    "ResNet3D34",
    "load_weights",
    "open_backbone",
]
