"""The two loss terms of PEL4VAD."""

import keras
from keras import ops

from keras_wsad.data import NORMAL


def alignment_loss(labels, foreground, background):
    """How far features are from the vectors of their classes, relative to all in a batch.

    The rows `i` are the foregrounds of all videos, with their labels `y`, and the
    backgrounds of the anomalous ones, with the label Normal. Each row brings the vector of
    its class, and is to be most similar to those of its own class:

    ```
    r_ij = softmax over rows j of log p_i(y_j)
    t_ij = softmax over rows j of 10 [y_i = y_j]
    loss = mean over rows i of sum over j of t_ij log(t_ij / r_ij)
    ```

    A class without a video in the batch has no part in it.

    Args:
        labels: int tensor of shape `(batch,)`, indices of `CLASS_NAMES`.
        foreground: tensor of shape `(batch, classes)`, the probabilities `p` of the
            foregrounds, or anything in proportion.
        background: the same of the backgrounds.

    Returns:
        A scalar.

    Reference:
        - [Pu et al., 2024](https://arxiv.org/abs/2306.14451), prompt-enhanced learning.
    """
    num_classes = foreground.shape[-1]
    labels = ops.cast(ops.reshape(labels, (-1,)), "int32")
    own = ops.one_hot(labels, num_classes, dtype=foreground.dtype)
    anomalous = 1 - own[:, NORMAL]
    normal_class = ops.one_hot(NORMAL, num_classes, dtype=foreground.dtype)
    # Rows of a class are alike, so it is enough to count them.
    counts = ops.sum(own, axis=0) + ops.sum(anomalous) * normal_class
    rows = ops.sum(counts)

    def divergences(probabilities, own):
        weighed = counts * ops.maximum(probabilities, 1e-30)
        similar = ops.log(ops.maximum(probabilities, 1e-30)) - ops.log(
            ops.sum(weighed, axis=-1, keepdims=True)
        )
        raised = ops.exp(10 * own)
        target = raised / ops.sum(counts * raised, axis=-1, keepdims=True)
        return ops.sum(counts * target * (ops.log(target) - similar), axis=-1)

    of_foregrounds = ops.sum(divergences(foreground, own))
    of_backgrounds = ops.sum(anomalous * divergences(background, normal_class[None]))
    return (of_foregrounds + of_backgrounds) / rows


@keras.saving.register_keras_serializable("keras_wsad")
class TopScoresCrossentropy(keras.losses.Loss):
    """Cross-entropy of a video, whose score is the mean of its highest segments.

    ```
    s    = mean of the T // 16 + 1 highest S_t of an anomalous video, max_t S_t of a normal
    loss = mean over videos of -log s if it is anomalous, -log(1 - s) if it is normal
    ```

    Call arguments:
        y_true: tensor of shape `(batch,)` or `(batch, 1)`, 1 for an anomalous video.
        y_pred: tensor of shape `(batch, segments)`, scores between zero and one.

    Returns:
        A scalar.

    Reference:
        - [Pu et al., 2024](https://arxiv.org/abs/2306.14451), and the released code.
    """

    def __init__(self, name="top_scores_crossentropy", **kwargs):
        super().__init__(name=name, **kwargs)

    def call(self, y_true, y_pred):
        anomalous = ops.cast(ops.reshape(y_true, (-1,)), y_pred.dtype)
        top, _ = ops.top_k(y_pred, y_pred.shape[1] // 16 + 1)
        scores = ops.where(anomalous > 0, ops.mean(top, axis=1), top[:, 0])
        return ops.mean(ops.binary_crossentropy(anomalous, scores))
