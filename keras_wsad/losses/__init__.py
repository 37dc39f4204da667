"""The three losses of the paper, of the baselines, of the successor and of marks."""

from keras_wsad.losses.attention_regularization import AttentionRegularization
from keras_wsad.losses.bag_crossentropy import BagCrossentropy
from keras_wsad.losses.bag_ranking_loss import BagRankingLoss
from keras_wsad.losses.direct_supervision import DirectSupervision
from keras_wsad.losses.indirect_supervision import IndirectSupervision
from keras_wsad.losses.inner_bag_ranking_loss import InnerBagRankingLoss
from keras_wsad.losses.marked_segments import MarkedSegments
from keras_wsad.losses.mil_ranking_loss import MILRankingLoss
from keras_wsad.losses.score_regularization import ScoreRegularization
from keras_wsad.losses.top_scores_ranking_loss import TopScoresRankingLoss
from keras_wsad.losses.weighted_categorical_crossentropy import (
    WeightedCategoricalCrossentropy,
)

__all__ = [
    "AttentionRegularization",
    "BagCrossentropy",
    "BagRankingLoss",
    "DirectSupervision",
    "IndirectSupervision",
    "InnerBagRankingLoss",
    "MILRankingLoss",
    "MarkedSegments",
    "ScoreRegularization",
    "TopScoresRankingLoss",
    "WeightedCategoricalCrossentropy",
]
