"""The loss terms of BN-WVAD, each on one output of its model."""

import keras
from keras import ops


@keras.saving.register_keras_serializable("keras_wsad")
class NormalNorm(keras.losses.Loss):
    """Mean over the normal videos of a batch of the L2 norm of their scores.

    Args:
        name: str. Defaults to `"normal_norm"`.
        **kwargs: arguments of `keras.losses.Loss`. The loss is one number per batch, which
            no reduction changes.

    Call arguments:
        y_true: tensor of shape `(batch,)` or `(batch, 1)`, 1 for an anomalous video.
        y_pred: tensor of shape `(batch, segments)`.
    """

    def __init__(self, name="normal_norm", **kwargs):
        super().__init__(name=name, **kwargs)

    def call(self, y_true, y_pred):
        normal = 1 - ops.cast(ops.reshape(y_true, (-1,)), y_pred.dtype)
        # The bound keeps the gradient of the root finite.
        norms = ops.sqrt(ops.maximum(ops.sum(ops.square(y_pred), axis=1), 1e-12))
        return ops.sum(normal * norms) / ops.maximum(ops.sum(normal), 1)


@keras.saving.register_keras_serializable("keras_wsad")
class DistanceRankingLoss(keras.losses.Loss):
    """Ranks the largest distances of anomalous videos above the largest of normal ones.

    ```
    loss = mean over k of max(0, n_k - a_k + margin)
    ```

    `a_k` are the K selected segments of the anomalous videos: a segment is selected if it
    is among the `video_share` largest distances of its video or among the `batch_share`
    largest of all anomalous videos of the batch. Their order is that of the batch and of
    time. `n_k` are the K largest of the normal videos: the largest distance of each, then
    the second largest of each, and so on.

    In the authors' code this is a triplet loss whose anchor is the running mean: its two
    distances are those from the anchor.

    Args:
        margin: float. Defaults to `1.0`.
        video_share: float. Defaults to `0.2`.
        batch_share: float. Defaults to `0.4`.
        name: str. Defaults to `"distance_ranking_loss"`.
        **kwargs: arguments of `keras.losses.Loss`. The loss is one number per batch, which
            no reduction changes.

    Call arguments:
        y_true: tensor of shape `(batch,)` or `(batch, 1)`, 1 for an anomalous video.
        y_pred: tensor of shape `(batch, segments)`, distances.

    Returns:
        A scalar, zero if there is no anomalous or no normal video.
    """

    def __init__(
        self,
        margin=1.0,
        video_share=0.2,
        batch_share=0.4,
        name="distance_ranking_loss",
        **kwargs,
    ):
        super().__init__(name=name, **kwargs)
        self.margin = margin
        self.video_share = video_share
        self.batch_share = batch_share

    def call(self, y_true, y_pred):
        segments = y_pred.shape[1]
        anomalous = ops.cast(ops.reshape(y_true, (-1, 1)), y_pred.dtype) > 0
        anomalous = ops.broadcast_to(anomalous, ops.shape(y_pred))
        total = ops.sum(ops.cast(anomalous, "float32"))

        # Distances of normal videos rank below all, for none is negative.
        of_batch = ops.reshape(ops.where(anomalous, y_pred, -1.0), (1, -1))
        in_batch = _ranks(of_batch) < ops.cast(total * self.batch_share, "int32")
        in_video = _ranks(y_pred) < int(segments * self.video_share)
        selected = anomalous & (in_video | ops.reshape(in_batch, ops.shape(y_pred)))
        from_anomalous = _first(selected, y_pred)

        largest_first = ops.transpose(-ops.sort(-y_pred, axis=1))
        from_normal = _first(ops.logical_not(ops.transpose(anomalous)), largest_first)

        size = ops.shape(from_normal)[0]
        available = size - ops.cast(total, "int32")
        pairs = ops.minimum(ops.sum(ops.cast(selected, "int32")), available)
        counts = ops.cast(ops.arange(size) < pairs, y_pred.dtype)
        missing = ops.relu(from_normal - from_anomalous + self.margin)
        return ops.sum(counts * missing) / ops.maximum(ops.sum(counts), 1)

    def get_config(self):
        return {
            **super().get_config(),
            "margin": self.margin,
            "video_share": self.video_share,
            "batch_share": self.batch_share,
        }


def _ranks(values):
    """Returns the rank of each value in its row, 0 for the largest."""
    return ops.cast(ops.argsort(ops.argsort(-values, axis=1), axis=1), "int32")


def _first(chosen, values):
    """Returns all values as one row, the chosen ones first and otherwise in their order."""
    chosen, values = ops.reshape(chosen, (-1,)), ops.reshape(values, (-1,))
    size = ops.shape(values)[0]
    order = ops.argsort(ops.arange(size) + ops.where(chosen, 0, size))
    return ops.take(values, order)
