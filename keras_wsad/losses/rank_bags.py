from keras import ops


def rank_bags(is_anomalous, scores):
    """Hinge between every anomalous and every normal video of a batch.

    ```
    mean over normal videos n of sum over anomalous videos a of max(0, 1 - S_a + S_n)
    ```

    Args:
        is_anomalous: float tensor of shape `(batch,)`, 1 for an anomalous video.
        scores: tensor of shape `(batch,)`. One score for each video.

    Returns:
        A scalar, zero if there is no anomalous or no normal video.
    """
    normal = 1 - is_anomalous
    margins = ops.relu(1 - scores[:, None] + scores[None, :])
    pairs = is_anomalous[:, None] * normal[None, :]
    return ops.sum(pairs * margins) / ops.maximum(ops.sum(normal), 1)
