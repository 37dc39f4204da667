"""The paper's model and its objective. Importing them registers all layers and losses."""

from keras_wsad.models.joint import JointModel
from keras_wsad.models.objective import compile_joint_model

__all__ = ["JointModel", "compile_joint_model"]
