import keras
from keras import ops


@keras.saving.register_keras_serializable("keras_wsad")
class MarkedSegments(keras.losses.Loss):
    """Adds what a reviewer has marked in some videos to a loss of whole videos.

    A mark says that its segment is in an event, and the model says how far the event goes:
    to all neighbours that score at least `growth` of the marked segment's own score,
    without a gap. With the distance `d` of a segment to the nearest of those, in segments,
    the target is soft:

    ```
    target_t = exp(-d_t^2 / 2)           for d_t <= 2, so 1 inside the event
    target_t = 0                         where a false alarm was marked
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
    >>> marks = np.array([[1, -1, 1, -1, -1, -1, 0]])
    >>> loss = MarkedSegments(BagCrossentropy(smoothness=0))
    >>> round(float(loss(marks, scores) - loss.loss(marks[:, 0], scores)), 3)
    0.704

    Reference:
        - The growth and its share are those of
          [Zhang et al., GlanceVAD](https://arxiv.org/abs/2403.06154), whose background is
          every other segment.
    """

    def __init__(self, loss, weight=1.0, growth=0.9, name="marked_segments", **kwargs):
        super().__init__(name=name, **kwargs)
        self.loss = loss
        self.weight = weight
        self.growth = growth

    def call(self, y_true, y_pred):
        marks = ops.cast(y_true[:, 1:], y_pred.dtype)
        is_false_alarm = marks == 0
        event = self._grown(marks > 0, is_false_alarm, ops.stop_gradient(y_pred))
        place = ops.arange(y_pred.shape[1], dtype=y_pred.dtype)
        distance = ops.abs(place[:, None] - place[None, :])
        near = ops.where(distance <= 2, ops.exp(-ops.square(distance) / 2), 0.0)
        target = ops.max(event[:, :, None] * near[None], axis=1)
        target = ops.where(is_false_alarm, ops.zeros_like(target), target)
        known = ops.cast(ops.logical_or(target > 0, is_false_alarm), y_pred.dtype)
        crossentropy = known * ops.binary_crossentropy(target, y_pred)
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
        place = ops.arange(scores.shape[1])
        is_right = (place[None, :] >= place[:, None])[None]
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
