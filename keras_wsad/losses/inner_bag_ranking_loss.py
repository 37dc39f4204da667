import keras
from keras import ops

from keras_wsad.losses.mil_ranking_loss import MILRankingLoss


@keras.saving.register_keras_serializable("keras_wsad")
class InnerBagRankingLoss(MILRankingLoss):
    """Ranking loss between videos, and a loss on the gap of scores inside each of them.

    With `A` the anomalous and `N` the normal videos of the batch, and the gap of a video
    `g = max_t S_t - min_t S_t`:

    ```
    loss = MILRankingLoss
         + inner_bag * (sum over a in A of max(0, 1 - g_a) + sum over n in N of g_n)
    ```

    An anomalous video has both anomalous and normal segments, so that its gap should be
    large; a normal one has only normal segments, so that its gap should be small.

    The paper's abstract says which gaps should grow and which should shrink. The hinge with
    a margin of one, the plain gap of normal videos, the sums over the batch and the weight
    are this project's choices.

    Args:
        smoothness: float. Weight of the temporal smoothness of anomalous videos. Defaults
            to `8e-5`.
        sparsity: float. Weight of the sparsity of anomalous videos. Defaults to `8e-5`.
        inner_bag: float. Weight of the gaps. Defaults to `1.0`.
        name: str. Defaults to `"inner_bag_ranking_loss"`.
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
    >>> scores = np.array([[0.75, 0.25], [0.25, 0.0]])
    >>> float(InnerBagRankingLoss(smoothness=0, sparsity=0)(np.array([1, 0]), scores))
    1.25

    Reference:
        - [Zhang, Qing and Miao, 2019](https://doi.org/10.1109/ICIP.2019.8803657).
    """

    def __init__(
        self,
        smoothness=8e-5,
        sparsity=8e-5,
        inner_bag=1.0,
        name="inner_bag_ranking_loss",
        **kwargs,
    ):
        super().__init__(smoothness, sparsity, name=name, **kwargs)
        self.inner_bag = inner_bag

    def call(self, y_true, y_pred):
        ranking = super().call(y_true, y_pred)
        anomalous = ops.cast(ops.reshape(y_true, (-1,)), y_pred.dtype)
        gap = ops.max(y_pred, axis=1) - ops.min(y_pred, axis=1)
        inner = anomalous * ops.relu(1 - gap) + (1 - anomalous) * gap
        return ranking + self.inner_bag * ops.sum(inner)

    def get_config(self):
        return {**super().get_config(), "inner_bag": self.inner_bag}
