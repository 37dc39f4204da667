import keras
from keras import ops


@keras.saving.register_keras_serializable("keras_wsad")
class BagCrossentropy(keras.losses.Loss):
    """Cross-entropy of a video, whose score is that of its highest segment.

    A video is a bag of segments. With the anomalous videos `a` of the batch:

    ```
    S_max  = max_t S_t
    Loss_D = mean over videos of -log S_max (anomalous) or -log(1 - S_max) (normal)
           + smoothness * sum over a, t of (S_a,t+1 - S_a,t)^2
    ```

    A ranking loss (equation 3) asks for a margin between two scores and is content at any
    level; this one asks for the level.

    Args:
        smoothness: float. Weight of the temporal smoothness of anomalous videos. Defaults
            to `8e-5`.
        name: str. Defaults to `"bag_crossentropy"`.
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
    >>> scores = np.array([[0.1, 0.5], [0.5, 0.4]])
    >>> round(float(BagCrossentropy(smoothness=0)(np.array([1, 0]), scores)), 4)
    0.6931
    """

    def __init__(self, smoothness=8e-5, name="bag_crossentropy", **kwargs):
        super().__init__(name=name, **kwargs)
        self.smoothness = smoothness

    def call(self, y_true, y_pred):
        if len(y_pred.shape) != 2:
            raise ValueError(
                "Expected segment scores of shape (batch, segments). "
                f"Received: y_pred.shape={tuple(y_pred.shape)}"
            )
        anomalous = ops.cast(ops.reshape(y_true, (-1,)), y_pred.dtype)
        crossentropy = ops.binary_crossentropy(anomalous, ops.max(y_pred, axis=1))
        squared_steps = ops.sum(ops.square(y_pred[:, 1:] - y_pred[:, :-1]), axis=1)
        return ops.mean(crossentropy) + self.smoothness * ops.sum(anomalous * squared_steps)

    def get_config(self):
        return {**super().get_config(), "smoothness": self.smoothness}
