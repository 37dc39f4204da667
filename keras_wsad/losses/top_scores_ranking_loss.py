import keras
from keras import ops

from keras_wsad.losses.mil_ranking_loss import MILRankingLoss
from keras_wsad.losses.rank_bags import rank_bags

# The highest scores of an anomalous video that are ranked above those of normal ones.
TOP_SCORES = 3


@keras.saving.register_keras_serializable("keras_wsad")
class TopScoresRankingLoss(MILRankingLoss):
    """Ranking loss on the three highest scores of an anomalous video, and on its lowest.

    With `A` the anomalous and `N` the normal videos of the batch, and `S_(k)` the k-th
    highest score of a video:

    ```
    loss = sum over k = 1, 2, 3 of
               mean over n in N of sum over a in A of max(0, 1 - S_a,(k) + S_n,(1))
         + sum over a in A of max(0, 1 - S_a,(1) + min_t S_a,t)
         + smoothness * sum over a in A, t of (S_a,t+1 - S_a,t)^2
         + sparsity   * sum over a in A, t of S_a,t
    ```

    An event seldom fills one segment alone, so that the second and third highest scores
    are ranked like the highest; and no anomalous video is anomalous all the time, so that
    its lowest score is ranked below its highest.

    The paper says which scores are ranked. Taking all pairs of a batch, as in
    `MILRankingLoss`, and equal weights of the terms are this project's choices. Every term
    carries gradient: a public reproduction sorts the scores outside of the graph, where the
    terms of the second and third highest teach anomalous videos nothing.

    Args:
        smoothness: float. Weight of the temporal smoothness of anomalous videos. Defaults
            to `8e-5`.
        sparsity: float. Weight of the sparsity of anomalous videos. Defaults to `8e-5`.
        name: str. Defaults to `"top_scores_ranking_loss"`.
        **kwargs: arguments of `keras.losses.Loss`. The loss is one number per batch, which
            no reduction changes.

    Call arguments:
        y_true: tensor of shape `(batch,)` or `(batch, 1)`, 1 for an anomalous video.
        y_pred: tensor of shape `(batch, segments)`, scores between zero and one.

    Returns:
        A scalar.

    Raises:
        ValueError: the scores are not of rank 2, or of fewer than 3 segments.

    Example:

    >>> import numpy as np
    >>> scores = np.array([[0.75, 0.5, 0.25], [0.25, 0.0, 0.0]])
    >>> loss = TopScoresRankingLoss(smoothness=0, sparsity=0)
    >>> float(loss(np.array([1, 0]), scores))
    2.75

    Reference:
        - [Dubey et al., 2019](https://arxiv.org/abs/2002.01132).
    """

    def __init__(
        self, smoothness=8e-5, sparsity=8e-5, name="top_scores_ranking_loss", **kwargs
    ):
        super().__init__(smoothness, sparsity, name=name, **kwargs)

    def call(self, y_true, y_pred):
        # The highest scores, smoothness and sparsity.
        loss = super().call(y_true, y_pred)
        if y_pred.shape[1] < TOP_SCORES:
            raise ValueError(
                f"Expected scores of at least {TOP_SCORES} segments. "
                f"Received: y_pred.shape={tuple(y_pred.shape)}"
            )
        anomalous = ops.cast(ops.reshape(y_true, (-1,)), y_pred.dtype)
        top, _ = ops.top_k(y_pred, TOP_SCORES)
        highest = top[:, 0]
        for place in range(1, TOP_SCORES):
            ranked = ops.where(anomalous > 0, top[:, place], highest)
            loss += rank_bags(anomalous, ranked)
        gap = highest - ops.min(y_pred, axis=1)
        return loss + ops.sum(anomalous * ops.relu(1 - gap))
