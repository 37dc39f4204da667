from keras_wsad.baselines.head import Head
from keras_wsad.data import CLASS_NAMES
from keras_wsad.models import JointModel
from keras_wsad.models.objective import compile_joint_model


class Proposed(Head):
    """The paper's model with its total loss (equation 6) and Adam.

    `total = lambda_d Loss_D + (1 - lambda_d) Loss_C + lambda_att Loss_att`, where the
    terms of an absent attention level are left out. The flags `lstm`,
    `second_level` and `first_level` of the configuration make it every row of Table I.

    Args:
        config: `ExperimentConfig`.

    Reference:
        - Majhi et al., FG 2021.
    """

    title = "Proposed model"
    model_class = JointModel
    settings = (
        *Head.settings,
        "lstm",
        "second_level",
        "first_level",
        "lstm_units",
        "first_level_units",
        "detection_units",
        "second_level_units",
        "class_units",
        "recurrent_activation",
        "attention_initializer",
        "dropout",
        "kernel_l2",
        "detection_weight",
        "smoothness",
        "sparsity",
        "first_level_target",
        "first_level_weight",
        "second_level_weight",
        "learning_rate",
        "marks",
        "marks_weight",
    )

    def build(self, feature_dim):
        config = self.config
        return JointModel(
            num_segments=config.num_segments,
            feature_dim=feature_dim,
            num_classes=len(CLASS_NAMES),
            lstm_units=config.lstm_units,
            first_level_units=config.first_level_units,
            detection_units=config.detection_units,
            second_level_units=config.second_level_units,
            class_units=config.class_units,
            lstm=config.lstm,
            second_level=config.second_level,
            first_level=config.first_level,
            recurrent_activation=config.recurrent_activation,
            attention_initializer=config.attention_initializer,
            dropout=config.dropout,
            kernel_l2=config.kernel_l2,
        )

    def compile(self, model, class_counts):
        config = self.config
        compile_joint_model(
            model,
            class_counts,
            detection_weight=config.detection_weight,
            first_level_weight=config.first_level_weight,
            second_level_weight=config.second_level_weight,
            smoothness=config.smoothness,
            sparsity=config.sparsity,
            first_level_target=config.first_level_target,
            learning_rate=config.learning_rate,
            marks_weight=self.marks_weight,
        )
