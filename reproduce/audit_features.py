"""Measures how much of the labels the batches of feature extraction give away.

Features that were extracted in batches of different software, settings or weights differ
more between batches than between scenes. If the batches follow the classes, a model is
rewarded for telling batches apart. The audit groups the videos by their mean feature,
without labels, and measures how well the group predicts the label.

```
python reproduce/audit_features.py --data UCF_CRIME --features r3d34
python reproduce/audit_features.py --help
```
"""

import argparse
import dataclasses
import pathlib
import sys

import numpy as np

# The packages are one folder above this script.
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

from keras_wsad.alignment import frames_of
from keras_wsad.baselines.extraction_batches import ExtractionBatches
from keras_wsad.cli.report_errors import report_errors
from keras_wsad.cli.tensorflow_noise import import_tensorflow_quietly
from keras_wsad.config import ExperimentConfig
from keras_wsad.data import CLASS_NAMES
from keras_wsad.data import NORMAL
from keras_wsad.data import open_experiment_data
from keras_wsad.data.feature_groups import mean_features
from keras_wsad.errors import ConfigError
from keras_wsad.files import write_text
from keras_wsad.metrics import frame_level_auc
from keras_wsad.metrics import mean_average_accuracy
from keras_wsad.metrics import video_level_auc


def audit_features(data, num_groups=5, seed=0):
    """Groups videos without labels and evaluates the groups as a model.

    The groups are k-means clusters of the standardised mean feature. A group's anomaly
    score is its share of anomalous training videos, the same for every frame; its class is
    the most frequent of its training videos.

    Args:
        data: `ExperimentData`.
        num_groups: int. Clusters. Defaults to `5`.
        seed: int. Seed of the clustering. Defaults to `0`.

    Returns:
        A dict: `auc`, `video_auc` and `maa` on the test videos; `explained`, the share of
        the variance between videos that lies between groups; `groups`, a list of dicts from
        class name to number of videos.
    """
    training, test = data.training + data.validation, data.test
    batches = ExtractionBatches(ExperimentConfig(seed=seed, test_crops=1), num_groups)
    labelled = dataclasses.replace(data, training=training, validation=[])
    batches.fit(labelled, run=None)
    # One score for the whole video: both frame alignments agree.
    outputs = batches.score(labelled, test)
    scores = outputs["segment_scores"][:, :1]
    test_labels = np.array([video.label for video in test])
    predictions = outputs["class_probabilities"].argmax(axis=1)

    rows = data.rows(training + test)
    found = batches.group(mean_features(data.store.features, rows))
    group_of_video, standardized, residuals = found
    labels = np.array([video.label for video in training + test])
    groups = [
        {
            CLASS_NAMES[label]: int(np.sum(labels[group_of_video == group] == label))
            for label in np.unique(labels[group_of_video == group])
        }
        for group in range(len(batches.learned["centers"]))
    ]
    spread = ((standardized - standardized.mean(axis=0)) ** 2).sum()
    return {
        "auc": frame_level_auc(*frames_of(test, scores)),
        "video_auc": video_level_auc(test_labels != NORMAL, scores),
        "maa": mean_average_accuracy(test_labels, predictions, len(CLASS_NAMES)),
        "explained": float(1 - (residuals**2).sum() / spread),
        "groups": sorted(groups, key=lambda group: -sum(group.values())),
    }


def audit_as_markdown(audit, source):
    """Returns the audit as Markdown.

    Args:
        audit: dict, as `audit_features` returns it.
        source: str. Name of the features.
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


@report_errors("nothing is written")
def main(argv=None):
    """Prints how well groups of features predict the labels."""
    parser = argparse.ArgumentParser(
        prog="reproduce/audit_features.py",
        description="Groups videos by their mean feature, without labels, and measures how "
        "well the groups predict the labels. A model that only tells extraction batches "
        "apart would do as well.",
    )
    parser.add_argument("--data", required=True, help="a folder in UCF-Crime's layout")
    parser.add_argument("--features", help="a folder below it, or any other")
    parser.add_argument(
        "--groups", type=int, default=5, help="number of groups (default: %(default)s)"
    )
    parser.add_argument("--out", help="a Markdown file to write as well")
    arguments = parser.parse_args(argv)
    if arguments.groups < 1:
        raise ConfigError(f"Expected groups >= 1. Received: {arguments.groups}")
    import_tensorflow_quietly()

    data = open_experiment_data(
        ExperimentConfig(data=arguments.data, features=arguments.features)
    )
    name = pathlib.Path(arguments.features or arguments.data).name
    text = audit_as_markdown(audit_features(data, arguments.groups), name)
    print(text)
    if arguments.out:
        write_text(arguments.out, text)
        print(f"{arguments.out} is written")
    return 0


if __name__ == "__main__":
    sys.exit(main())
