"""Confidence intervals from resampled test videos."""

import numpy as np


def resample_videos(labels, replicates=1000, seed=0):
    """Draws videos with replacement, within each class, many times.

    Within a class, because some classes have only two test videos: drawn from all classes
    together, one would often be missing and mAA undefined.

    Args:
        labels: int array of shape `(videos,)`.
        replicates: int. Defaults to `1000`.
        seed: int. Defaults to `0`.

    Returns:
        An int array of shape `(replicates, videos)`: how often each video was drawn.
    """
    labels = np.asarray(labels)
    random = np.random.default_rng(seed)
    weights = np.zeros((replicates, len(labels)), dtype=int)
    for label in np.unique(labels):
        indices = np.flatnonzero(labels == label)
        share = np.full(len(indices), 1 / len(indices))
        weights[:, indices] = random.multinomial(len(indices), share, size=replicates)
    return weights


def weighted_auc(positives, negatives, scores, video_weights):
    """Area under the ROC curve of resampled videos, for many resamplings at once.

    Frames of one segment share a score, so that counts per segment suffice. With weights of
    one the result equals `frame_level_auc` on all frames.

    Args:
        positives: array of shape `(videos, segments)`. Anomalous frames of each segment.
        negatives: array of shape `(videos, segments)`. Its normal frames.
        scores: array of shape `(videos, segments)`.
        video_weights: array of shape `(replicates, videos)`.

    Returns:
        A float array of shape `(replicates,)`, NaN without anomalous or normal frames.
    """
    _, groups = np.unique(scores, return_inverse=True)
    order = np.argsort(groups.ravel(), kind="stable")
    starts = np.flatnonzero(np.diff(groups.ravel()[order], prepend=-1))
    video_of = np.repeat(np.arange(len(scores)), scores.shape[1])[order]
    positives, negatives = positives.ravel()[order], negatives.ravel()[order]
    areas = []
    for weights in video_weights:
        weight = weights[video_of]
        positive = np.add.reduceat(positives * weight, starts).astype(float)
        negative = np.add.reduceat(negatives * weight, starts).astype(float)
        # Pairs ranked rightly: a positive above a negative, half for a tie.
        below = np.cumsum(negative) - negative / 2
        pairs = positive.sum() * negative.sum()
        areas.append(positive @ below / pairs if pairs else np.nan)
    return np.array(areas)


def interval(values, level=0.95):
    """Percentile interval of replicated values, `[low, high]`.

    Example:

    >>> interval([0.0, 0.25, 0.5, 0.75, 1.0], level=0.5)
    [0.25, 0.75]
    """
    tail = (1 - level) / 2
    return [float(value) for value in np.quantile(values, [tail, 1 - tail])]
