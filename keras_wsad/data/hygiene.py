"""Checks of a data set that need no training: scale, twins and lengths of its features."""

import collections

import numpy as np

from keras_wsad.errors import DataError

# Features of one extraction differ less from folder to folder.
_MOST_RATIO = 2
# Fewer videos say nothing of the extraction.
_FEWEST_VIDEOS = 10
# Frames of a row of features: three times those of a 32nd of UCF-Crime's longest video.
_MOST_FRAMES_PER_ROW = 10**5


def check_scale(store, training, test):
    """Raises if the features were made in more than one way, as their norms tell.

    Norms are compared between the folders of the features, and between training and test
    videos, as medians over videos. Groups of fewer than 10 videos are passed over.

    Args:
        store: `FeatureStore`.
        training: list of names of the training videos in the store.
        test: list of names of the test videos in the store.

    Returns:
        str, a line for the report.

    Raises:
        DataError: the medians of two groups differ by a factor above 2.
    """
    folders = collections.defaultdict(list)
    for name, source in store.sources.items():
        folders[f"folder {source}"].append(name)
    splits = {"training videos": training, "test videos": test}
    for groups in (splits, folders):
        medians = {
            group: float(np.median([store.norms[name] for name in names]))
            for group, names in groups.items()
            if len(names) >= _FEWEST_VIDEOS
        }
        ranked = sorted(medians, key=medians.get)
        if ranked and medians[ranked[-1]] > _MOST_RATIO * medians[ranked[0]]:
            found = " and ".join(
                f"{medians[group]:.3g} ({len(groups[group])}, {group}, such as "
                f"{groups[group][0]})"
                for group in (ranked[0], ranked[-1])
            )
            raise DataError(
                f"Expected features of one extraction, whose median norms differ by a "
                f"factor of at most {_MOST_RATIO}. Found {found}"
            )
    return "Norm of a clip, median over videos: " + ", ".join(
        f"{np.median([store.norms[name] for name in names]):.4g} of {group}"
        for group, names in splits.items()
    )


def check_lengths(store, test):
    """Raises if a test video claims more frames than its features can stand for.

    Args:
        store: `FeatureStore`.
        test: list of `Video` in the store, with known frame counts.

    Raises:
        DataError: one does.
    """
    for video in test:
        rows = store.num_clips[video.name]
        if video.num_frames > rows * _MOST_FRAMES_PER_ROW:
            raise DataError(
                f"{video.name}: expected at most {_MOST_FRAMES_PER_ROW} frames a row of "
                f"features. Found {rows} rows and, in {video.frames_source}, "
                f"{video.num_frames} frames"
            )


def twins_to_drop(identical, test_names):
    """Returns the training videos whose features another video has to the bit.

    Of twins that are all training videos the first is not among them.

    Args:
        identical: list of lists of names, as in a `FeatureStore`.
        test_names: set of names.

    Example:

    >>> sorted(twins_to_drop([["A", "B"], ["C", "T"], ["S", "T2"]], {"S", "T", "T2"}))
    ['B', 'C']
    """
    dropped = set()
    for names in identical:
        in_training = [name for name in names if name not in test_names]
        keep_first = len(in_training) == len(names)
        dropped.update(in_training[1:] if keep_first else in_training)
    return dropped


def describe_twins(identical, test_names, examples=3):
    """Returns lines for the report on videos with identical features, `[]` if none.

    Args:
        identical: list of lists of names, as in a `FeatureStore`.
        test_names: set of names.
        examples: int. Groups across training and test that are named. Defaults to `3`.
    """
    if not identical:
        return []
    across = [
        names
        for names in identical
        if 0 < sum(name in test_names for name in names) < len(names)
    ]
    named = "; ".join(" = ".join(names) for names in across[:examples])
    more = "; ..." if len(across) > examples else ""
    return [
        f"  kept      {len(identical):4d}  groups of videos have identical features, "
        f"{len(across)} of them across training and test"
        + (f": {named}{more}" if across else "")
    ]
