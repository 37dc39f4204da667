"""The crops of videos, one row of the store each, and their mean."""

import numpy as np


def rows_of_crops(store, videos, crops):
    """Returns the rows of the crops of videos, and the video of each.

    Args:
        store: `FeatureStore`.
        videos: list of `Video`, each with features in the store.
        crops: int. Largest number of crops per video.

    Returns:
        `(rows, owners)`: two lists of ints, rows of the store and indices into `videos`.
    """
    rows, owners = [], []
    for place, video in enumerate(videos):
        of_video = store.videos[video.name][:crops]
        rows += of_video
        owners += [place] * len(of_video)
    return rows, owners


def average_crops(by_row, owners):
    """Returns the mean over the crops of each video.

    Args:
        by_row: float array of shape `(rows, values)`.
        owners: list of ints of shape `(rows,)`, none missing from 0 to the last video.

    Returns:
        A float32 array of shape `(videos, values)`.

    Example:

    >>> average_crops(np.array([[1.0], [3.0], [5.0]]), [0, 0, 1]).tolist()
    [[2.0], [5.0]]
    """
    count = np.bincount(owners)
    total = np.zeros((len(count), by_row.shape[1]), np.float32)
    np.add.at(total, owners, by_row)
    return total / count[:, None].astype(np.float32)
