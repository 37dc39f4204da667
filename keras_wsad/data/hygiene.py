"""Checks of a data set that need no training: scale, twins, lengths, groups of features."""

import collections

import numpy as np
from sklearn.metrics import adjusted_mutual_info_score

from keras_wsad.data.annotations import NORMAL
from keras_wsad.data.feature_groups import group_videos
from keras_wsad.data.feature_groups import labels_of_groups
from keras_wsad.errors import DataError

# Groups across training and test that the report names.
_NAMED = 3

# Features of one extraction differ less from folder to folder.
_MOST_RATIO = 2
# Fewer videos say nothing of the extraction.
_FEWEST_VIDEOS = 10
# Frames of a row of features: three times those of a 32nd of UCF-Crime's longest video.
_MOST_FRAMES_PER_ROW = 10**5
# Agreement of groups with classes, see `describe_groups`.
_MOST_AGREEMENT = 0.3
# Of fewer training videos, the agreement of random labels may come near to it.
_FEWEST_TO_GROUP = 50


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


def describe_twins(identical, test_names):
    """Returns lines for the report on videos with identical features, `[]` if none.

    Args:
        identical: list of lists of names, as in a `FeatureStore`.
        test_names: set of names.
    """
    if not identical:
        return []
    across = [
        names
        for names in identical
        if 0 < sum(name in test_names for name in names) < len(names)
    ]
    named = "; ".join(" = ".join(names) for names in across[:_NAMED])
    more = "; ..." if len(across) > _NAMED else ""
    return [
        f"  kept      {len(identical):4d}  groups of videos have identical features, "
        f"{len(across)} of them across training and test"
        + (f": {named}{more}" if across else "")
    ]


def describe_groups(features, labels):
    """Returns lines for the report: whether groups of features give the labels away.

    Where features were extracted in batches of different software, settings or weights,
    and these follow the classes, a model is rewarded for telling batches apart. All videos
    are grouped by `group_videos`, without labels. The adjusted mutual information of the
    groups and the classes of the training videos is 0 by chance and 1 if they are the same
    partition; above 0.3 there is a warning.

    The bound was chosen by five sets. Features that are known to leak, 3D-ResNet-34's of
    UCF-Crime, whose batches follow the alphabet, have 0.67, and 0.52 to 0.68 with 2, 3, 8
    or 12 groups. Others form groups by content: C3D's of three classes of UCF-Crime have
    0.11, and at most 0.20 with those numbers of groups; three sets of rendered videos have
    0.02, 0.08 and 0.09, and at most 0.18. So this is a hint and no test: features that
    separate classes very well may exceed the bound, and batches that differ little are not
    seen.

    Args:
        features: float array of shape `(videos, features)`. Mean features of the videos,
            those of the training videos first.
        labels: int array of shape `(training videos,)`.
    """
    if len(labels) < _FEWEST_TO_GROUP:
        return (
            f"Groups of features: not compared with the classes of {len(labels)} training "
            f"videos, fewer than {_FEWEST_TO_GROUP}."
        )
    groups, _, centers = group_videos(features, len(labels))
    groups = groups[: len(labels)]
    agreement = adjusted_mutual_info_score(labels, groups)
    shares, classes = labels_of_groups(groups, labels, len(centers))
    is_anomalous = labels != NORMAL
    named = 100 * np.mean(classes[groups] == labels)
    told = 100 * np.mean((shares[groups] > 0.5) == is_anomalous)
    most_frequent = 100 * np.bincount(labels).max() / len(labels)
    anomalous = 100 * np.mean(is_anomalous)
    line = (
        f"{len(centers)} groups of features, found without labels, name the class of "
        f"{named:.0f} % of the training videos (chance {most_frequent:.0f} %) and tell "
        f"{told:.0f} % apart as anomalous or normal (chance "
        f"{max(anomalous, 100 - anomalous):.0f} %): agreement {agreement:.2f}, where 0 is "
        "chance."
    )
    if agreement <= _MOST_AGREEMENT:
        return f"{line} No sign that these features leak their labels."
    return (
        f"{line}\nWARNING: these features seem to leak their labels, as those extracted in "
        "batches that follow the classes do. Metrics on them may measure no detection of "
        "anomalies; reproduce/audit_features.py lists the groups."
    )
