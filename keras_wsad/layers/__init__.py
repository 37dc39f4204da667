"""The attention levels of the paper and of other systems, as Keras layers."""

from keras_wsad.layers.attention_modulation import AttentionModulation
from keras_wsad.layers.first_level_attention import FirstLevelAttention
from keras_wsad.layers.hard_sigmoid import keras1_hard_sigmoid
from keras_wsad.layers.second_level_attention import SecondLevelAttention
from keras_wsad.layers.segment_attention import SegmentAttention

__all__ = [
    "AttentionModulation",
    "FirstLevelAttention",
    "SecondLevelAttention",
    "SegmentAttention",
    "keras1_hard_sigmoid",
]
