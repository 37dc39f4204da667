import keras
from keras import ops


@keras.saving.register_keras_serializable("keras_wsad")
class DirectSupervision(keras.losses.Loss):
    """Cross-entropy of the segments that have a reliable label.

    ```
    loss = mean over videos of
           1 / |H| sum over t in H of -y_t log p_t - (1 - y_t) log(1 - p_t)
    ```

    `H` are the segments of a video that have a label; a negative label means none. A video
    without labels has a loss of zero and still counts in the mean.

    Args:
        name: str. Defaults to `"direct_supervision"`.
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
    >>> labels, scores = np.array([[1.0, -1.0]]), np.array([[0.5, 0.9]])
    >>> round(float(DirectSupervision()(labels, scores)), 4)
    0.6931

    Reference:
        - [Zhong et al., 2019](https://arxiv.org/abs/1903.07256), the loss `L_D`.
    """

    def __init__(self, name="direct_supervision", **kwargs):
        super().__init__(name=name, **kwargs)

    def call(self, y_true, y_pred):
        if len(y_pred.shape) != 2:
            raise ValueError(
                "Expected probabilities of shape (batch, segments). "
                f"Received: y_pred.shape={tuple(y_pred.shape)}"
            )
        reliable = ops.cast(y_true >= 0, y_pred.dtype)
        entropy = ops.binary_crossentropy(ops.maximum(y_true, 0), y_pred)
        count = ops.maximum(ops.sum(reliable, axis=1), 1)
        return ops.sum(reliable * entropy, axis=1) / count
