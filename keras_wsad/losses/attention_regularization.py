import keras
from keras import ops


@keras.saving.register_keras_serializable("keras_wsad")
class AttentionRegularization(keras.losses.Loss):
    """Pulls the attention of every segment towards a target.

    ```
    loss = mean over videos of sum_t (target - a_t)^2
    ```

    where `a_t` is alpha_t or beta_t.

    The paper's penalty Loss_att is the sum of two: a target of one for the first level, so
    that no segment is ignored, and of zero for the second, so that it does not explode. As
    alpha is a softmax, none reaches its target: the penalty is least where alpha is 1 / T
    everywhere. The authors' code has a target of zero for the first level and no penalty on
    the second.

    Args:
        target: float. The target of each attention. Defaults to `1.0`.
        name: str. Defaults to `"attention_regularization"`.
        **kwargs: arguments of `keras.losses.Loss`.

    Call arguments:
        y_true: any tensor; ignored, since an attention needs no label.
        y_pred: tensor of shape `(batch, segments)`. Attention.

    Returns:
        A scalar; with `reduction="none"` a tensor of shape `(batch,)`.

    Raises:
        ValueError: the attention is not of rank 2.

    Example:

    >>> import numpy as np
    >>> alpha = np.array([[0.5, 0.5]])
    >>> float(AttentionRegularization(target=1.0)(0, alpha))
    0.5

    Reference:
        - Majhi et al., FG 2021, equation 5.
    """

    def __init__(self, target=1.0, name="attention_regularization", **kwargs):
        super().__init__(name=name, **kwargs)
        self.target = target

    def call(self, y_true, y_pred):
        if len(y_pred.shape) != 2:
            raise ValueError(
                "Expected attention of shape (batch, segments). "
                f"Received: y_pred.shape={tuple(y_pred.shape)}"
            )
        return ops.sum(ops.square(self.target - y_pred), axis=-1)

    def get_config(self):
        return {**super().get_config(), "target": self.target}
