"""The joint models and their objectives. Importing them registers all layers and losses."""

from keras_wsad.models.equivariant import EquivariantModel
from keras_wsad.models.joint import JointModel
from keras_wsad.models.objective import compile_equivariant_model
from keras_wsad.models.objective import compile_joint_model

__all__ = [
    "EquivariantModel",
    "JointModel",
    "compile_equivariant_model",
    "compile_joint_model",
]
