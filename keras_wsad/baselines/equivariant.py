from typing import ClassVar

from keras_wsad.baselines.head import Head
from keras_wsad.data import CLASS_NAMES
from keras_wsad.models import EquivariantModel
from keras_wsad.models import compile_equivariant_model


class Equivariant(Head):
    """The successor of the paper's model: `EquivariantModel` with its total loss and Adam.

    Its training differs from the paper's too: features are standardised, detection learns
    by cross-entropy in place of ranking, classes have equal shares of the loss, and a
    moving average of the weights is kept. Each has a setting that puts the paper's way
    back.

    Args:
        config: `ExperimentConfig`.

    Reference:
        - Of this project.
    """

    title = "Equivariant model"
    model_class = EquivariantModel
    published: ClassVar = {
        "standardize": True,
        "detection_units": 64,
        "class_units": 64,
        "dropout": 0.3,
        "detection_loss": "crossentropy",
        "class_weights": "balanced",
        "smoothness": 2e-4,
        "averaging": 0.97,
        "learning_rate": 2e-3,
    }
    settings = (
        *Head.settings,
        "context",
        "second_level",
        "detection_units",
        "second_level_units",
        "class_units",
        "dropout",
        "detection_weight",
        "detection_loss",
        "class_weights",
        "smoothness",
        "sparsity",
        "averaging",
        "learning_rate",
        "marks",
        "marks_weight",
    )

    def build(self, feature_dim):
        config = self.config
        return EquivariantModel(
            num_segments=config.num_segments,
            feature_dim=feature_dim,
            num_classes=len(CLASS_NAMES),
            context=config.context,
            second_level=config.second_level,
            detection_units=config.detection_units,
            second_level_units=config.second_level_units,
            class_units=config.class_units,
            dropout=config.dropout,
        )

    def compile(self, model, class_counts):
        config = self.config
        compile_equivariant_model(
            model,
            class_counts,
            detection_loss=config.detection_loss,
            class_weights=config.class_weights,
            detection_weight=config.detection_weight,
            smoothness=config.smoothness,
            sparsity=config.sparsity,
            averaging=config.averaging,
            learning_rate=config.learning_rate,
            marks_weight=self.marks_weight,
        )
