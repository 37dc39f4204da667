"""Groups of videos that their features alone form, without labels."""

import numpy as np
from sklearn.cluster import KMeans
from sklearn.preprocessing import StandardScaler
from threadpoolctl import threadpool_limits

from keras_wsad.data.annotations import CLASS_NAMES
from keras_wsad.data.annotations import NORMAL


def mean_features(features, rows):
    """Returns the mean over the segments of each row.

    Args:
        features: float array of shape `(all rows, segments, features)`.
        rows: list of ints.

    Returns:
        A float array of shape `(rows, features)`.
    """
    # Row by row: all at once may not fit into memory.
    return np.array([features[row].mean(axis=0) for row in rows])


def group_videos(features, num_training, num_groups=5, seed=0):
    """Groups videos by k-means of their standardised mean feature.

    Args:
        features: float array of shape `(videos, features)`. Mean features, those of the
            training videos first.
        num_training: int. Videos to standardise by.
        num_groups: int. At most as many as videos. Defaults to `5`.
        seed: int. Defaults to `0`.

    Returns:
        `(groups, scaler, centers)`: an int array of shape `(videos,)`, the fitted
        `StandardScaler`, and the centres of the standardised groups, of shape
        `(groups, features)`.
    """
    scaler = StandardScaler().fit(features[:num_training])
    clusters = KMeans(min(num_groups, len(features)), n_init=10, random_state=seed)
    # With so few groups, more threads wait for each other longer than they compute.
    with threadpool_limits(1):
        clusters.fit(scaler.transform(features))
    return clusters.labels_, scaler, clusters.cluster_centers_


def labels_of_groups(groups, labels, num_groups):
    """Returns what the labels of its videos say about each group.

    Args:
        groups: int array of shape `(videos,)`, as `group_videos` returns it.
        labels: int array of shape `(videos,)`.
        num_groups: int. Groups, some of which may have none of these videos.

    Returns:
        `(shares, classes)`, arrays of shape `(num_groups,)`: the share of anomalous
        videos, and the most frequent class; 0 and Normal for a group without videos.

    Example:

    >>> shares, classes = labels_of_groups(np.array([0, 0, 1]), np.array([2, 2, 7]), 3)
    >>> shares.tolist(), classes.tolist()
    ([1.0, 0.0, 0.0], [2, 7, 7])
    """
    counts = np.zeros((num_groups, len(CLASS_NAMES)), int)
    np.add.at(counts, (groups, labels), 1)
    totals = counts.sum(axis=1)
    shares = 1 - counts[:, NORMAL] / np.maximum(totals, 1)
    empty = totals == 0
    return np.where(empty, 0, shares), np.where(empty, NORMAL, counts.argmax(axis=1))
