"""Scores that can be read: the chance that a video is anomalous."""

import dataclasses
import math

import numpy as np

from keras_wsad.errors import DataError

# Scores are float32: next to 0 and to 1 there is none beyond these.
_LOWEST, _HIGHEST = 1e-38, 1 - 2.0**-25


@dataclasses.dataclass(frozen=True, kw_only=True)
class Calibration:
    """Platt scaling of anomaly scores.

    ```
    p = 1 / (1 + exp(-(slope logit(s) + offset))),   logit(s) = log(s / (1 - s))
    ```

    A ranking loss asks for no more than a margin between two scores, so that scores pile up
    at 0 and at 1. Fitted to the highest score of held-out videos, `p` is the chance that a
    video with that score is anomalous, where as many videos are anomalous as among those.
    The slope is positive: scores keep their order, and with it AUC.

    Attributes:
        slope: float, positive. Defaults to `1`.
        offset: float. Defaults to `0`: with a slope of 1, scores stay as they are.
        videos: int. How many it was fitted to. Defaults to `0`.

    Raises:
        DataError: slope or offset is no finite number.

    Example:

    >>> chances = Calibration(slope=0.5, offset=1.0)(np.array([0.1, 0.5]))
    >>> [f"{chance:.3f}" for chance in chances]
    ['0.475', '0.731']

    Reference:
        - Platt, Probabilistic outputs for support vector machines, in: Advances in large
          margin classifiers, 1999.
    """

    slope: float = 1.0
    offset: float = 0.0
    videos: int = 0

    def __post_init__(self):
        for value in (self.slope, self.offset):
            if not isinstance(value, int | float) or not math.isfinite(value):
                raise DataError(
                    f"Expected a finite slope and offset. Received: {self.slope!r:.50} and "
                    f"{self.offset!r:.50}"
                )

    @classmethod
    def fit(cls, is_anomalous, segment_scores):
        """Fits it to videos that were not trained on.

        As Platt does, it aims at `(n + 1) / (n + 2)` for `n` anomalous videos and at
        `1 / (n + 2)` for `n` normal ones: aiming at 1 and at 0 the slope would be infinite
        where scores separate the videos.

        Args:
            is_anomalous: bool or 0/1 array of shape `(videos,)`.
            segment_scores: float array of shape `(videos, segments)`, from 0 to 1.

        Returns:
            A `Calibration`; one that changes nothing, with `videos=0`, without anomalous or
            normal videos, or if higher scores do not mean more anomalous videos.
        """
        from sklearn.linear_model import LogisticRegression

        anomalous = np.asarray(is_anomalous, bool)
        positives, negatives = int(anomalous.sum()), int((~anomalous).sum())
        if not positives or not negatives:
            return cls()
        highest = _logit(np.max(segment_scores, axis=1))
        target = np.where(anomalous, (positives + 1) / (positives + 2), 1 / (negatives + 2))
        # Each video once as anomalous and once as normal, with these weights.
        fitted = LogisticRegression(C=np.inf, tol=1e-8, max_iter=1000).fit(
            np.tile(highest, 2)[:, None],
            np.repeat([1, 0], len(highest)),
            np.concatenate([target, 1 - target]),
        )
        slope, offset = float(fitted.coef_[0, 0]), float(fitted.intercept_[0])
        if not (np.isfinite([slope, offset]).all() and slope > 0):
            return cls()
        return cls(slope=slope, offset=offset, videos=len(anomalous))

    def __call__(self, scores):
        """Returns calibrated scores, float32 of the same shape."""
        chances = 1 / (1 + np.exp(-(self.slope * _logit(scores) + self.offset)))
        return chances.astype(np.float32)

    def in_tensorflow(self, scores):
        """The same for a tensor, within a graph."""
        import tensorflow as tf

        # Not in float32, in which nothing lies between the highest score and 1.
        scores = tf.clip_by_value(tf.cast(scores, tf.float64), _LOWEST, _HIGHEST)
        logits = tf.math.log(scores) - tf.math.log1p(-scores)
        return tf.cast(tf.sigmoid(self.slope * logits + self.offset), tf.float32)

    def in_float32(self, scores):
        """The same for a float32 tensor, for runtimes without float64.

        `1 - s` is exact where it is small, so that nothing is lost but at the lower end,
        below the least normal number of float32.
        """
        import tensorflow as tf

        least = float(np.finfo(np.float32).tiny)
        below = tf.where(
            scores < least,
            tf.cast(np.log(_LOWEST), tf.float32),
            tf.math.log(tf.maximum(scores, least)),
        )
        logits = below - tf.math.log(tf.maximum(1 - scores, 1 - _HIGHEST))
        return 1 / (1 + tf.exp(-(self.slope * logits + self.offset)))


def _logit(scores):
    scores = np.clip(np.asarray(scores, np.float64), _LOWEST, _HIGHEST)
    return np.log(scores) - np.log1p(-scores)


def expected_calibration_error(is_anomalous, chances, bins=10):
    """Mean distance between what scores say and how often it is so.

    Videos are sorted into bins of equal width by their chance of being anomalous. In each
    bin the mean chance is compared with the share of anomalous videos; the mean over the
    bins is weighed by their videos.

    Args:
        is_anomalous: bool or 0/1 array of shape `(videos,)`.
        chances: float array of shape `(videos,)`, from 0 to 1.
        bins: int. Defaults to `10`.

    Returns:
        float, from 0 to 1; NaN without a video.

    Example:

    >>> round(expected_calibration_error([1, 1, 0, 0], [0.9, 0.9, 0.3, 0.3]), 3)
    0.2

    Reference:
        - [Guo, Pleiss, Sun and Weinberger, 2017](https://arxiv.org/abs/1706.04599),
          equation 3.
    """
    chances = np.asarray(chances, np.float64)
    if not chances.size:
        return np.nan
    said, seen, counts = reliability(is_anomalous, chances, bins)
    return float(np.average(np.abs(said - seen), weights=counts))


def reliability(is_anomalous, chances, bins=10):
    """Returns the points of a reliability diagram, for the bins that have videos.

    Args:
        is_anomalous: bool or 0/1 array of shape `(videos,)`.
        chances: float array of shape `(videos,)`, from 0 to 1.
        bins: int. Bins of equal width. Defaults to `10`.

    Returns:
        `(said, seen, counts)`, arrays of shape `(filled bins,)`: the mean chance of a bin,
        its share of anomalous videos, and how many videos it has.
    """
    chances = np.asarray(chances, np.float64)
    place = np.minimum((chances * bins).astype(int), bins - 1)
    _, place, counts = np.unique(place, return_inverse=True, return_counts=True)
    said = np.bincount(place, chances) / counts
    seen = np.bincount(place, np.asarray(is_anomalous, np.float64)) / counts
    return said, seen, counts
