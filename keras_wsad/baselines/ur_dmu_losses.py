"""The loss terms of UR-DMU, each on one output of its model."""

import keras
from keras import ops

from keras_wsad.baselines.torch_layers import unit_vectors


@keras.saving.register_keras_serializable("keras_wsad")
class SampledBagLoss(keras.losses.Loss):
    """Cross-entropy of the score of a video, for normal videos the sampled one.

    ```
    loss = mean over videos of BCE(s_0 if anomalous else s_1)
    ```

    Args:
        name: str. Defaults to `"sampled_bag_loss"`.
        **kwargs: arguments of `keras.losses.Loss`.

    Call arguments:
        y_true: tensor of shape `(batch,)` or `(batch, 1)`, 1 for an anomalous video.
        y_pred: tensor of shape `(batch, 2)`: scores between zero and one, without and with
            the sampled normal memory.
    """

    def __init__(self, name="sampled_bag_loss", **kwargs):
        super().__init__(name=name, **kwargs)

    def call(self, y_true, y_pred):
        anomalous = _kind(y_true, y_pred)
        scores = ops.where(anomalous > 0, y_pred[:, 0], y_pred[:, 1])
        return ops.binary_crossentropy(anomalous, scores)


@keras.saving.register_keras_serializable("keras_wsad")
class DualMemoryLoss(keras.losses.Loss):
    """Cross-entropies of how strongly the two memories answer to the segments of a video.

    With `a_t` and `n_t` the answers of the abnormal and of the normal memory, `top` the
    mean of the `T // 16 + 1` highest, and `BCE(p, y)` the cross-entropy of `p` with target
    `y`:

    ```
    loss = mean over A of [BCE(top a, 1) + BCE(top (1 - n), 1)]
         + mean over N, t of [BCE(n_t, 1) + BCE(a_t, 0)]
    ```

    Args:
        divisor: int. Defaults to `16`.
        name: str. Defaults to `"dual_memory_loss"`.
        **kwargs: arguments of `keras.losses.Loss`. The loss is one number per batch, which
            no reduction changes.

    Call arguments:
        y_true: tensor of shape `(batch,)` or `(batch, 1)`, 1 for an anomalous video.
        y_pred: tensor of shape `(batch, 2 * segments)`: the `a_t`, then the `n_t`.
    """

    def __init__(self, divisor=16, name="dual_memory_loss", **kwargs):
        super().__init__(name=name, **kwargs)
        self.divisor = divisor

    def call(self, y_true, y_pred):
        anomalous = _kind(y_true, y_pred)
        abnormal, normal = ops.split(y_pred, 2, axis=1)
        top = abnormal.shape[1] // self.divisor + 1
        bce, ones, zeros = ops.binary_crossentropy, ops.ones_like, ops.zeros_like
        of_anomalous = 0.0
        for answers in (abnormal, 1 - normal):
            highest, _ = ops.top_k(answers, top)
            mean = ops.mean(highest, axis=1)
            of_anomalous += bce(ones(mean), mean)
        of_normal = bce(ones(normal), normal) + bce(zeros(abnormal), abnormal)
        of_normal = ops.mean(of_normal, axis=1)
        return _mean(anomalous, of_anomalous) + _mean(1 - anomalous, of_normal)

    def get_config(self):
        return {**super().get_config(), "divisor": self.divisor}


@keras.saving.register_keras_serializable("keras_wsad")
class DualMemoryTriplet(keras.losses.Loss):
    """Pulls what the normal memory selects together, away from what the abnormal selects.

    With `u` the features that the abnormal memory selects in a video and `v` those that the
    normal one selects, both scaled to unit norm:

    ```
    loss = mean over pairs (a in A, n in N) of max(0, |v_n - v_a| - |v_n - u_a| + margin)
    ```

    Args:
        margin: float. Defaults to `1.0`.
        name: str. Defaults to `"dual_memory_triplet"`.
        **kwargs: arguments of `keras.losses.Loss`. The loss is one number per batch, which
            no reduction changes.

    Call arguments:
        y_true: tensor of shape `(batch,)` or `(batch, 1)`, 1 for an anomalous video.
        y_pred: tensor of shape `(batch, 2 * features)`: `u`, then `v`, of any norm.
    """

    def __init__(self, margin=1.0, name="dual_memory_triplet", **kwargs):
        super().__init__(name=name, **kwargs)
        self.margin = margin

    def call(self, y_true, y_pred):
        anomalous = _kind(y_true, y_pred)
        u, v = map(unit_vectors, ops.split(y_pred, 2, axis=1))
        # Rows are the anomalous videos, columns the normal ones.
        excess = _distances(v, v) - _distances(u, v) + self.margin
        return _mean_of_pairs(anomalous, ops.relu(excess))

    def get_config(self):
        return {**super().get_config(), "margin": self.margin}


@keras.saving.register_keras_serializable("keras_wsad")
class DualMemoryMargin(keras.losses.Loss):
    """Asks of abnormal codes a norm that exceeds that of normal ones by a margin.

    ```
    loss = mean over pairs (a in A, n in N) of max(0, margin - p_a + q_n)
    ```

    Args:
        margin: float. Defaults to `100.0`.
        name: str. Defaults to `"dual_memory_margin"`.
        **kwargs: arguments of `keras.losses.Loss`. The loss is one number per batch, which
            no reduction changes.

    Call arguments:
        y_true: tensor of shape `(batch,)` or `(batch, 1)`, 1 for an anomalous video.
        y_pred: tensor of shape `(batch, 2)`: the norms `p` of the code that the abnormal
            memory selects, and `q` of the one that the normal memory selects.
    """

    def __init__(self, margin=100.0, name="dual_memory_margin", **kwargs):
        super().__init__(name=name, **kwargs)
        self.margin = margin

    def call(self, y_true, y_pred):
        anomalous = _kind(y_true, y_pred)
        missing = ops.relu(self.margin - y_pred[:, :1] + y_pred[None, :, 1])
        return _mean_of_pairs(anomalous, missing)

    def get_config(self):
        return {**super().get_config(), "margin": self.margin}


@keras.saving.register_keras_serializable("keras_wsad")
class NormalMean(keras.losses.Loss):
    """Mean of a value over the normal videos of a batch: here of their divergence.

    Args:
        name: str. Defaults to `"normal_mean"`.
        **kwargs: arguments of `keras.losses.Loss`. The loss is one number per batch, which
            no reduction changes.

    Call arguments:
        y_true: tensor of shape `(batch,)` or `(batch, 1)`, 1 for an anomalous video.
        y_pred: tensor of shape `(batch, 1)`.
    """

    def __init__(self, name="normal_mean", **kwargs):
        super().__init__(name=name, **kwargs)

    def call(self, y_true, y_pred):
        return _mean(1 - _kind(y_true, y_pred), y_pred[:, 0])


def _kind(y_true, y_pred):
    return ops.cast(ops.reshape(y_true, (-1,)), y_pred.dtype)


def _mean(weights, values):
    return ops.sum(weights * values) / ops.maximum(ops.sum(weights), 1)


def _mean_of_pairs(anomalous, values):
    return _mean(anomalous[:, None] * (1 - anomalous)[None, :], values)


# The bounds keep gradients finite, of vectors that are zero and of equal ones.


def _distances(x, y):
    """Returns the distance of each unit vector of one matrix from each of the other."""
    return ops.sqrt(ops.maximum(2 - 2 * ops.matmul(x, ops.transpose(y)), 1e-6))
