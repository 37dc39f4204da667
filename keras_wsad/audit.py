"""What can be read off features without looking at what happens in the video.

Features that were extracted in several batches, each with its own software, settings or
weights, differ from batch to batch more than from scene to scene. Where the batches follow
the classes, a model is rewarded for telling batches apart. The audit groups the videos by
their mean feature alone, without labels, and then asks how well the group names the label.
"""

import numpy as np
from sklearn.cluster import KMeans
from sklearn.preprocessing import StandardScaler

from keras_wsad.data import CLASS_NAMES
from keras_wsad.data import NORMAL
from keras_wsad.evaluation.frames import frames_of
from keras_wsad.metrics import frame_level_auc
from keras_wsad.metrics import mean_average_accuracy
from keras_wsad.metrics import video_level_auc


def audit_features(data, num_groups=5, seed=0):
    """Groups videos without labels and judges the groups as if they were a model.

    Videos are k-means clusters of their standardised mean feature. A group's anomaly score
    is its share of anomalous training videos, the same for every frame; its class is the
    most frequent of its training videos.

    Args:
        data: `ExperimentData`.
        num_groups: int. Clusters. Defaults to `5`.
        seed: int. Of the clustering. Defaults to `0`.

    Returns:
        A dict: `auc`, `video_auc` and `maa` on the test videos, `explained`, the share of
        the variance between videos that lies between the groups, and `groups`, a list of
        dicts from class name to videos, all parts together.
    """
    training, test = data.training + data.validation, data.test
    rows = data.rows(training + test)
    means = np.array([data.store.features[row].mean(axis=0) for row in rows])
    scaled = StandardScaler().fit(means[: len(training)]).transform(means)
    num_groups = min(num_groups, len(scaled))
    clusters = KMeans(num_groups, n_init=10, random_state=seed).fit(scaled)
    of_training = clusters.labels_[: len(training)]
    of_test = clusters.labels_[len(training) :]

    labels = np.array([video.label for video in training])
    shares, classes = np.zeros(num_groups), np.full(num_groups, NORMAL)
    for group in np.unique(of_training):
        inside = labels[of_training == group]
        shares[group] = np.mean(inside != NORMAL)
        classes[group] = np.bincount(inside).argmax()
    # One score for the whole video: both frame alignments agree.
    scores = shares[of_test][:, None]
    test_labels = np.array([video.label for video in test])
    everybody = np.concatenate([labels, test_labels])
    groups = [
        {
            CLASS_NAMES[label]: int(np.sum(everybody[clusters.labels_ == group] == label))
            for label in np.unique(everybody[clusters.labels_ == group])
        }
        for group in range(num_groups)
    ]
    spread = ((scaled - scaled.mean(axis=0)) ** 2).sum()
    return {
        "auc": frame_level_auc(*frames_of(test, scores)),
        "video_auc": video_level_auc(test_labels != NORMAL, scores),
        "maa": mean_average_accuracy(test_labels, classes[of_test], len(CLASS_NAMES)),
        "explained": float(1 - clusters.inertia_ / spread),
        "groups": sorted(groups, key=lambda group: -sum(group.values())),
    }


def audit_as_markdown(audit, source):
    """Returns the audit as Markdown.

    Args:
        audit: dict, as `audit_features` returns it.
        source: str. Which features.
    """
    lines = [
        f"# What the groups of {source} features give away",
        "",
        f"{len(audit['groups'])} groups by k-means of the mean feature of a video, found "
        f"without labels, hold {100 * audit['explained']:.0f} % of the variance between "
        "videos. Taken for a model, with the anomalous share of the training videos of a "
        "group as the score of all frames of its videos and its most frequent class as "
        "theirs, the groups reach on the test videos:",
        "",
        "| frame AUC % | video AUC % | mAA % |",
        "|---|---|---|",
        f"| {100 * audit['auc']:.2f} | {100 * audit['video_auc']:.2f} | "
        f"{100 * audit['maa']:.2f} |",
        "",
        "| group | videos, training and test |",
        "|---|---|",
    ]
    for number, group in enumerate(audit["groups"], start=1):
        members = ", ".join(f"{name} {count}" for name, count in group.items())
        lines.append(f"| {number} | {members} |")
    return "\n".join(lines) + "\n"
