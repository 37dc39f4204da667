"""The three losses of the paper."""

from keras_wsad.losses.attention_regularization import AttentionRegularization
from keras_wsad.losses.mil_ranking_loss import MILRankingLoss
from keras_wsad.losses.weighted_categorical_crossentropy import (
    WeightedCategoricalCrossentropy,
)

__all__ = [
    "AttentionRegularization",
    "MILRankingLoss",
    "WeightedCategoricalCrossentropy",
]
