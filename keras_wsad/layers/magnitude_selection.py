import keras
from keras import ops


@keras.saving.register_keras_serializable("keras_wsad")
class MagnitudeSelection(keras.layers.Layer):
    """The segments of a video whose features are longest, and the mean of their scores.

    ```
    m_t = |x_t|_2                     the magnitude of a segment
    top = the `count` segments of highest d_t m_t, the highest first
    s   = mean of S_t over top        the score of the video
    ```

    In training `d_t` is 0 for a share of the segments and the same number for all others,
    so that it is not always the same segments that are chosen; otherwise it is 1. No
    gradient passes through the choice.

    Args:
        count: int. Segments to select, k; all, where a video has fewer. Defaults to `3`.
        dropout: float. Share of the segments that cannot be selected in training. Defaults
            to `0.7`.
        seed: int or `None`. Defaults to `None`.
        **kwargs: arguments of `keras.layers.Layer`.

    Call arguments:
        features: tensor of shape `(batch, segments, features)`.
        scores: tensor of shape `(batch, segments)`.
        training: bool. Whether to drop segments.

    Returns:
        A pair: the scores of the videos, of shape `(batch, 1)`, and the features of the
        selected segments, of shape `(batch, count, features)`.

    Example:

    >>> import numpy as np
    >>> features = np.array([[[3.0], [-4.0], [1.0]]])
    >>> scores = np.array([[0.5, 0.25, 1.0]])
    >>> score, selected = MagnitudeSelection(count=2)(features, scores)
    >>> np.asarray(score).tolist(), np.asarray(selected).tolist()
    ([[0.375]], [[[-4.0], [3.0]]])

    Reference:
        - [Tian et al., 2021](https://arxiv.org/abs/2101.10030), section 3.2.
    """

    def __init__(self, count=3, dropout=0.7, seed=None, **kwargs):
        super().__init__(**kwargs)
        self.count = count
        self.dropout = dropout
        self.seed = seed
        self.drop = keras.layers.Dropout(dropout, seed=seed, dtype="float32")

    def build(self, features_shape, scores_shape):
        if len(features_shape) != 3 or len(scores_shape) != 2:
            raise ValueError(
                "Expected features of shape (batch, segments, features) and scores of "
                f"shape (batch, segments). Received: {tuple(features_shape)}, "
                f"{tuple(scores_shape)}"
            )

    def call(self, features, scores, training=None):
        squares = ops.sum(ops.square(ops.cast(features, "float32")), axis=-1)
        # Squares are ordered as their roots are.
        kept = self.drop(ops.ones_like(squares), training=training)
        _, top = ops.top_k(squares * kept, min(self.count, features.shape[1]))
        score = ops.mean(ops.take_along_axis(scores, top, axis=1), axis=1, keepdims=True)
        return score, ops.take_along_axis(features, top[:, :, None], axis=1)

    def compute_output_shape(self, features_shape, scores_shape):
        batch, segments, width = features_shape
        return (batch, 1), (batch, min(self.count, segments), width)

    def get_config(self):
        return {
            **super().get_config(),
            "count": self.count,
            "dropout": self.dropout,
            "seed": self.seed,
        }
