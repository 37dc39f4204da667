import keras
from keras import ops

from keras_wsad.losses.rank_bags import rank_bags


@keras.saving.register_keras_serializable("keras_wsad")
class MILRankingLoss(keras.losses.Loss):
    """Multiple-instance ranking loss between anomalous and normal videos.

    A video is a bag of segments, ranked by its highest score. With the anomalous videos `a`
    and the normal videos `n` of the batch:

    ```
    Loss_D = mean over n of sum over a of max(0, 1 - max_t S_a + max_t S_n)
           + lambda_1 * sum over a, t of (S_a,t+1 - S_a,t)^2    temporal smoothness
           + lambda_2 * sum over a, t of S_a,t                  sparsity
    ```

    Equation 3 ranks one anomalous above one normal video, and its constraints run over
    N = T * batch size. From the authors' code: the ranking takes all pairs of a batch,
    summed over anomalous and averaged over normal videos, and both constraints cover
    anomalous videos only.

    `y_true` says which videos are anomalous; their position in the batch does not matter.
    Without a normal video the ranking term is zero; without an anomalous one the whole loss
    is.

    Args:
        smoothness: float. lambda_1, weight of the temporal smoothness of anomalous videos.
            Defaults to `8e-5`.
        sparsity: float. lambda_2, weight of the sparsity of anomalous videos. Defaults to
            `8e-5`.
        name: str. Defaults to `"mil_ranking_loss"`.
        **kwargs: arguments of `keras.losses.Loss`. The loss is one number per batch, which
            no reduction changes.

    Call arguments:
        y_true: tensor of shape `(batch,)` or `(batch, 1)`, 1 for an anomalous video.
        y_pred: tensor of shape `(batch, segments)`, scores between zero and one.

    Returns:
        A scalar.

    Raises:
        ValueError: the scores are not of rank 2.

    Example:

    >>> import numpy as np
    >>> scores = np.array([[0.0, 0.75], [0.25, 0.0]])
    >>> round(float(MILRankingLoss(smoothness=0, sparsity=0)(np.array([1, 0]), scores)), 4)
    0.5

    Reference:
        - Majhi et al., FG 2021, equation 3.
        - [Sultani et al., 2018](https://arxiv.org/abs/1801.04264).
    """

    def __init__(self, smoothness=8e-5, sparsity=8e-5, name="mil_ranking_loss", **kwargs):
        super().__init__(name=name, **kwargs)
        self.smoothness = smoothness
        self.sparsity = sparsity

    def call(self, y_true, y_pred):
        if len(y_pred.shape) != 2:
            raise ValueError(
                "Expected segment scores of shape (batch, segments). "
                f"Received: y_pred.shape={tuple(y_pred.shape)}"
            )
        anomalous = ops.cast(ops.reshape(y_true, (-1,)), y_pred.dtype)
        squared_steps = ops.sum(ops.square(y_pred[:, 1:] - y_pred[:, :-1]), axis=1)
        return (
            rank_bags(anomalous, ops.max(y_pred, axis=1))
            + self.smoothness * ops.sum(anomalous * squared_steps)
            + self.sparsity * ops.sum(anomalous * ops.sum(y_pred, axis=1))
        )

    def get_config(self):
        return {
            **super().get_config(),
            "smoothness": self.smoothness,
            "sparsity": self.sparsity,
        }
