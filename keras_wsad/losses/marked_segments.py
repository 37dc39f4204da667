import keras
from keras import ops


@keras.saving.register_keras_serializable("keras_wsad")
class MarkedSegments(keras.losses.Loss):
    """Adds what a reviewer has marked in some videos to a loss of whole videos.

    A mark says that its segment is in an event, and the model says how far the event goes:
    to all neighbours that score at least `growth` of the marked segment's own score,
    without a gap. A video with a mark is taken as reviewed to its end:

    ```
    target_t = 1    in an event
    target_t = 0    in every other segment of a video with a mark, and in false alarms
    Loss     = loss(video, S) + weight * mean over those t of crossentropy(target_t, S_t)
    ```

    Of all other segments nothing is said. Scores by which an event grows have no gradient.

    Args:
        loss: `keras.losses.Loss` of a target `(batch,)`, 1 for an anomalous video, and of
            scores `(batch, segments)`.
        weight: float. Weight of the marks. Defaults to `1.0`.
        growth: float. Share of the marked segment's score. Defaults to `0.9`.
        name: str. Defaults to `"marked_segments"`.
        **kwargs: arguments of `keras.losses.Loss`. The loss is one number per batch, which
            no reduction changes.

    Call arguments:
        y_true: tensor of shape `(batch, 1 + segments)`. First whether the video is
            anomalous; then of each segment 1 for a mark, 0 for a false alarm, -1 for
            neither.
        y_pred: tensor of shape `(batch, segments)`, scores between zero and one.

    Returns:
        A scalar.

    Example:

    >>> import numpy as np
    >>> from keras_wsad.losses import BagCrossentropy
    >>> scores = np.array([[0.1, 0.5, 0.5, 0.1, 0.1, 0.1]])
    >>> marks = np.array([[1, -1, 1, -1, -1, -1, -1]])
    >>> loss = MarkedSegments(BagCrossentropy(smoothness=0))
    >>> round(float(loss(marks, scores) - loss.loss(marks[:, 0], scores)), 3)
    0.301

    Reference:
        - [Zhang et al., GlanceVAD](https://arxiv.org/abs/2403.06154): one click an event,
          growth by .9 of its score. Their targets fall off smoothly around an event; with
          32 segments to a video that blurred short events, seen on held-out videos.
    """

    def __init__(self, loss, weight=1.0, growth=0.9, name="marked_segments", **kwargs):
        super().__init__(name=name, **kwargs)
        self.loss = loss
        self.weight = weight
        self.growth = growth

    def call(self, y_true, y_pred):
        marks = ops.cast(y_true[:, 1:], y_pred.dtype)
        is_false_alarm = marks == 0
        is_mark = marks > 0
        event = self._grown(is_mark, is_false_alarm, ops.stop_gradient(y_pred))
        is_reviewed = ops.any(is_mark, axis=1, keepdims=True)
        known = ops.cast(ops.logical_or(is_reviewed, is_false_alarm), y_pred.dtype)
        crossentropy = known * ops.binary_crossentropy(event, y_pred)
        of_marks = ops.sum(crossentropy) / ops.maximum(ops.sum(known), 1)
        return self.loss(y_true[:, 0], y_pred) + self.weight * of_marks

    def _grown(self, is_mark, is_false_alarm, scores):
        """Returns which segments belong to a marked event, `(batch, segments)`."""
        # For the mark m and the segment t, [b, m, t]: where the event cannot go.
        stops = scores[:, None, :] < self.growth * scores[:, :, None]
        stops = ops.cast(ops.logical_or(stops, is_false_alarm[:, None, :]), "int32")
        upto = ops.cumsum(stops, axis=2)
        at_mark = ops.expand_dims(ops.diagonal(upto, axis1=1, axis2=2), 2)
        # Stops between the mark and t, with t: to the right of it and to the left.
        segment = ops.arange(scores.shape[1])
        is_right = (segment[None, :] >= segment[:, None])[None]
        between = ops.where(is_right, upto - at_mark, at_mark - upto + stops)
        joined = ops.logical_and(between == 0, is_mark[:, :, None])
        return ops.cast(ops.any(joined, axis=1), scores.dtype)

    def get_config(self):
        return {
            **super().get_config(),
            "loss": keras.saving.serialize_keras_object(self.loss),
            "weight": self.weight,
            "growth": self.growth,
        }

    @classmethod
    def from_config(cls, config):
        loss = keras.saving.deserialize_keras_object(config.pop("loss"))
        return cls(loss=loss, **config)
