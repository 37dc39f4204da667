import keras

from keras_wsad.baselines.system import Head
from keras_wsad.data import CLASS_NAMES
from keras_wsad.losses import AttentionRegularization
from keras_wsad.losses import MILRankingLoss
from keras_wsad.losses import WeightedCategoricalCrossentropy
from keras_wsad.models import JointModel


class Proposed(Head):
    """The paper's model with its total loss (equation 6) and Adam.

    `total = lambda_d Loss_D + (1 - lambda_d) Loss_C + lambda_att Loss_att`, where the
    terms of an attention that the model lacks are absent. The flags `lstm`,
    `second_level` and `first_level` of the configuration make it every row of Table I.

    Args:
        config: `ExperimentConfig`.

    Reference:
        - Majhi et al., FG 2021.
    """

    title = "Proposed model"

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
            dropout=config.dropout,
            kernel_l2=config.kernel_l2,
        )

    def compile(self, model, class_counts):
        config = self.config
        losses = {
            "segment_scores": MILRankingLoss(config.smoothness, config.sparsity),
            "class_probabilities": WeightedCategoricalCrossentropy(class_counts),
            "first_level_attention": AttentionRegularization(config.first_level_target),
            "second_level_attention": AttentionRegularization(target=0.0),
        }
        weights = {
            "segment_scores": config.detection_weight,
            "class_probabilities": 1 - config.detection_weight,
            "first_level_attention": config.first_level_weight,
            "second_level_attention": config.second_level_weight,
        }
        outputs = tuple(model.output)
        model.compile(
            optimizer=keras.optimizers.Adam(config.learning_rate),
            loss={name: losses[name] for name in outputs},
            loss_weights={name: weights[name] for name in outputs},
            # Compilation by XLA is slower than the plain graph on a CPU.
            jit_compile=False,
        )
