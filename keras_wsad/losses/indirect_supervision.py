import keras
from keras import ops


@keras.saving.register_keras_serializable("keras_wsad")
class IndirectSupervision(keras.losses.Loss):
    """Keeps predictions near the running mean of earlier ones (temporal ensembling).

    ```
    loss = mean over videos of 1 / T sum_t |p_t - q_t|
    ```

    `q` is the running mean; a negative `q` means none, and its segment is left out. A video
    without any has a loss of zero and still counts in the mean.

    Args:
        name: str. Defaults to `"indirect_supervision"`.
        **kwargs: arguments of `keras.losses.Loss`.

    Call arguments:
        y_true: tensor of shape `(batch, segments)`, from zero to one, or below zero.
        y_pred: tensor of shape `(batch, segments)`, probabilities.

    Returns:
        A scalar; with `reduction="none"` a tensor of shape `(batch,)`.

    Raises:
        ValueError: the probabilities are not of rank 2.

    Example:

    >>> import numpy as np
    >>> mean, scores = np.array([[0.5, 0.25]]), np.array([[1.0, 0.25]])
    >>> float(IndirectSupervision()(mean, scores))
    0.25

    Reference:
        - [Zhong et al., 2019](https://arxiv.org/abs/1903.07256), the loss `L_I`.
    """

    def __init__(self, name="indirect_supervision", **kwargs):
        super().__init__(name=name, **kwargs)

    def call(self, y_true, y_pred):
        if len(y_pred.shape) != 2:
            raise ValueError(
                "Expected probabilities of shape (batch, segments). "
                f"Received: y_pred.shape={tuple(y_pred.shape)}"
            )
        known = ops.cast(y_true >= 0, y_pred.dtype)
        count = ops.maximum(ops.sum(known, axis=1), 1)
        return ops.sum(known * ops.abs(y_pred - y_true), axis=1) / count
