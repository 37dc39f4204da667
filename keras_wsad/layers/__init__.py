"""The layers of Figure 1, and those of the other models.

Those of Figure 1 are `LSTM`, `FirstLevelAttention`, `SecondLevelAttention`, `Modulation`
and `TimeDistributedDense`.
"""

from keras_wsad.layers.equivariant_attention import EquivariantAttention
from keras_wsad.layers.feature_similarity_graph import FeatureSimilarityGraph
from keras_wsad.layers.first_level_attention import FirstLevelAttention
from keras_wsad.layers.global_local_attention import GlobalLocalAttention
from keras_wsad.layers.graph_convolution import GraphConvolution
from keras_wsad.layers.hard_sigmoid import keras1_hard_sigmoid
from keras_wsad.layers.lstm import LSTM
from keras_wsad.layers.magnitude_selection import MagnitudeSelection
from keras_wsad.layers.max_unpooling import MaxUnpooling
from keras_wsad.layers.mean_of_top import MeanOfTop
from keras_wsad.layers.modulation import Modulation
from keras_wsad.layers.second_level_attention import SecondLevelAttention
from keras_wsad.layers.segment_attention import SegmentAttention
from keras_wsad.layers.temporal_consistency_graph import TemporalConsistencyGraph
from keras_wsad.layers.temporal_context import TemporalContext
from keras_wsad.layers.time_distributed_dense import TimeDistributedDense

__all__ = [
    "LSTM",
    "EquivariantAttention",
    "FeatureSimilarityGraph",
    "FirstLevelAttention",
    "GlobalLocalAttention",
    "GraphConvolution",
    "MagnitudeSelection",
    "MaxUnpooling",
    "MeanOfTop",
    "Modulation",
    "SecondLevelAttention",
    "SegmentAttention",
    "TemporalConsistencyGraph",
    "TemporalContext",
    "TimeDistributedDense",
    "keras1_hard_sigmoid",
]
