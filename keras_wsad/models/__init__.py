"""The paper's model."""

from keras_wsad.models.joint import JointModel

__all__ = ["JointModel"]
