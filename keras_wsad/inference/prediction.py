import dataclasses

import numpy as np


@dataclasses.dataclass(frozen=True, kw_only=True)
class Prediction:
    """The outputs of the model for one video.

    Attributes:
        segment_scores: float array of shape `(segments,)`, 0 normal to 1 anomalous.
        class_probabilities: float array of shape `(classes,)`.
        class_name: str. The class with the highest probability.
        first_level_attention: float array of shape `(segments,)`, or `None`.
        second_level_attention: float array of shape `(segments,)`, or `None`.
    """

    segment_scores: np.ndarray
    class_probabilities: np.ndarray
    class_name: str
    first_level_attention: np.ndarray | None = None
    second_level_attention: np.ndarray | None = None
