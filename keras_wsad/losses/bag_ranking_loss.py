import keras
from keras import ops

from keras_wsad.losses.rank_bags import rank_bags


@keras.saving.register_keras_serializable("keras_wsad")
class BagRankingLoss(keras.losses.Loss):
    """Ranking loss between videos that already have one score each.

    With `A` the anomalous and `N` the normal videos of the batch, and `s` the score of a
    video, such as the attention-weighted mean of its segments:

    ```
    loss = mean over n in N of sum over a in A of max(0, 1 - s_a + s_n)
         + sparsity * sum over a in A of s_a
    ```

    The paper states it for one pair of videos; this project takes all pairs of a batch, as
    `MILRankingLoss` does. There is no smoothness term.

    Args:
        sparsity: float. Weight of the sparsity of anomalous videos, lambda 1. Defaults to
            `8e-5`.
        name: str. Defaults to `"bag_ranking_loss"`.
        **kwargs: arguments of `keras.losses.Loss`. The loss is one number per batch, which
            no reduction changes.

    Call arguments:
        y_true: tensor of shape `(batch,)` or `(batch, 1)`, 1 for an anomalous video.
        y_pred: tensor of shape `(batch,)` or `(batch, 1)`, scores between zero and one.

    Returns:
        A scalar.

    Raises:
        ValueError: there is more than one score for a video.

    Example:

    >>> import numpy as np
    >>> scores = np.array([[0.75], [0.25]])
    >>> float(BagRankingLoss(sparsity=0)(np.array([1, 0]), scores))
    0.5

    Reference:
        - [Zhu and Newsam, 2019](https://arxiv.org/abs/1907.10211).
    """

    def __init__(self, sparsity=8e-5, name="bag_ranking_loss", **kwargs):
        super().__init__(name=name, **kwargs)
        self.sparsity = sparsity

    def call(self, y_true, y_pred):
        if tuple(y_pred.shape[1:]) not in ((), (1,)):
            raise ValueError(
                "Expected one score for each video, of shape (batch,) or (batch, 1). "
                f"Received: y_pred.shape={tuple(y_pred.shape)}"
            )
        scores = ops.reshape(y_pred, (-1,))
        anomalous = ops.cast(ops.reshape(y_true, (-1,)), scores.dtype)
        ranking = rank_bags(anomalous, scores)
        return ranking + self.sparsity * ops.sum(anomalous * scores)

    def get_config(self):
        return {**super().get_config(), "sparsity": self.sparsity}
