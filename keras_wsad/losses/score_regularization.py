import keras
from keras import ops

_KINDS = ("anomalous", "normal", "all")


@keras.saving.register_keras_serializable("keras_wsad")
class ScoreRegularization(keras.losses.Loss):
    """Smoothness and sparsity of scores, as magnitude heads have them.

    ```
    loss = smoothness * sum over videos v and t of (S_v,t+1 - S_v,t)^2
         + sparsity   * sqrt(sum over videos w and t of S_w,t^2)
    ```

    The sparsity is one norm of the scores of all videos `w` together, not a sum of scores
    as in `MILRankingLoss`.

    Args:
        smoothness: float. Defaults to `8e-4`.
        sparsity: float. Defaults to `8e-3`.
        smooth: `"anomalous"`, `"normal"` or `"all"`, the videos `v`. Defaults to
            `"anomalous"`.
        sparse: the same of the videos `w`. Defaults to `"anomalous"`.
        name: str. Defaults to `"score_regularization"`.
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
    >>> scores = np.array([[0.6, 0.8], [0.5, 0.0]])
    >>> round(float(ScoreRegularization(1.0, 1.0)(np.array([1, 0]), scores)), 4)
    1.04

    Reference:
        - [Tian et al., 2021](https://arxiv.org/abs/2101.10030), and the released code.
    """

    def __init__(
        self,
        smoothness=8e-4,
        sparsity=8e-3,
        smooth="anomalous",
        sparse="anomalous",
        name="score_regularization",
        **kwargs,
    ):
        super().__init__(name=name, **kwargs)
        for kind in (smooth, sparse):
            if kind not in _KINDS:
                raise ValueError(f"Expected one of {_KINDS}. Received: {kind!r}")
        self.smoothness = smoothness
        self.sparsity = sparsity
        self.smooth = smooth
        self.sparse = sparse

    def call(self, y_true, y_pred):
        if len(y_pred.shape) != 2:
            raise ValueError(
                "Expected segment scores of shape (batch, segments). "
                f"Received: y_pred.shape={tuple(y_pred.shape)}"
            )
        anomalous = ops.cast(ops.reshape(y_true, (-1,)), y_pred.dtype)
        kinds = {"anomalous": anomalous, "normal": 1 - anomalous}
        kinds["all"] = ops.ones_like(anomalous)
        squared_steps = ops.sum(ops.square(y_pred[:, 1:] - y_pred[:, :-1]), axis=1)
        squares = ops.sum(kinds[self.sparse] * ops.sum(ops.square(y_pred), axis=1))
        # The root has no gradient at zero.
        norm = ops.sqrt(ops.maximum(squares, 1e-12))
        smoothness = ops.sum(kinds[self.smooth] * squared_steps)
        return self.smoothness * smoothness + self.sparsity * norm

    def get_config(self):
        return {
            **super().get_config(),
            "smoothness": self.smoothness,
            "sparsity": self.sparsity,
            "smooth": self.smooth,
            "sparse": self.sparse,
        }
