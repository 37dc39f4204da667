"""Asks what a linear classifier owes to class balance and to standardised features.

```
python reproduce/linear_classifier.py
python reproduce/linear_classifier.py --data UCF_CRIME --features r3d34
python reproduce/linear_classifier.py --help
```
"""

import argparse
import itertools
import pathlib
import sys

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler

# Python looks beside a script for what it imports; the packages are one folder up.
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

from keras_wsad.cli.report_errors import report_errors
from keras_wsad.cli.tensorflow_noise import import_tensorflow_quietly
from keras_wsad.config import ExperimentConfig
from keras_wsad.data import CLASS_NAMES
from keras_wsad.data import NORMAL
from keras_wsad.data import open_experiment_data
from keras_wsad.data.feature_groups import mean_features
from keras_wsad.files import write_text
from keras_wsad.metrics import mean_average_accuracy
from reproduce.scenes import rendered_data

#: How the videos of the classes are weighed.
WEIGHTINGS = {
    "none": "every video alike",
    "paper": "as the joint model: half of the weight to normal videos, times 1 - f_y",
    "balanced": "every class alike",
}

_STRENGTH = 0.01


def study_linear_classifier(data):
    """Measures the mAA of a linear classifier in all its variants.

    It is the logistic regression of Table II's reference rows, with and without
    standardised features, under each of `WEIGHTINGS`.

    Args:
        data: `ExperimentData`.

    Returns:
        A dict from `(standardized, weighting)` to a dict of `test` and `held_out`, the
        mAA, and `classes`, how many classes are named at all among the test videos.
    """
    features = {
        part: mean_features(data.store.features, data.rows(getattr(data, part)))
        for part in ("training", "validation", "test")
    }
    labels = {
        part: np.array([video.label for video in getattr(data, part)]) for part in features
    }
    scaler = StandardScaler().fit(features["training"])
    results = {}
    for standardized, weighting in itertools.product((False, True), WEIGHTINGS):
        prepare = scaler.transform if standardized else np.asarray
        classifier = LogisticRegression(C=_STRENGTH, max_iter=3000).fit(
            prepare(features["training"]),
            labels["training"],
            sample_weight=_weights(labels["training"], weighting),
        )
        named = {
            part: classifier.predict(prepare(features[part]))
            for part in ("validation", "test")
        }
        results[standardized, weighting] = {
            "test": _maa(labels["test"], named["test"]),
            "held_out": _maa(labels["validation"], named["validation"]),
            "classes": len(set(named["test"].tolist())),
        }
    return results


def study_as_markdown(results, about):
    """Returns the results of several seeds as Markdown.

    Args:
        results: list of dicts, as `study_linear_classifier` returns them, of each seed.
        about: str. On which data.
    """
    lines = [
        "# What makes a linear classifier of mean features name classes well",
        "",
        f"Logistic regression with C = {_STRENGTH}, {about}; {len(results)} seeds, which "
        "hold out other videos; mAA in %, mean and standard deviation.",
        "",
        "| features | weights of the videos | mAA | held-out mAA | classes named |",
        "|---|---|---:|---:|---:|",
    ]
    for standardized, weighting in results[0]:
        of_seeds = [result[standardized, weighting] for result in results]
        cells = [_mean_and_spread([one[key] for one in of_seeds]) for key in _PARTS]
        classes = ", ".join(str(one["classes"]) for one in of_seeds)
        features = "standardised" if standardized else "as they are"
        row = [features, WEIGHTINGS[weighting], *cells, classes]
        lines.append(f"| {' | '.join(row)} |")
    return "\n".join(lines) + "\n"


_PARTS = ("test", "held_out")


def _weights(labels, weighting):
    """Returns the weight of each video; they add up to the number of videos."""
    counts = np.bincount(labels, minlength=len(CLASS_NAMES))
    if weighting == "none":
        return np.ones(len(labels))
    if weighting == "balanced":
        weights = 1 / counts[labels]
    else:
        normal = labels == NORMAL
        halves = np.where(normal, 1 / normal.sum(), 1 / (~normal).sum())
        weights = halves * (1 - counts[labels] / len(labels))
    return weights * len(labels) / weights.sum()


def _maa(labels, named):
    return mean_average_accuracy(labels, named, len(CLASS_NAMES)) if len(labels) else np.nan


def _mean_and_spread(values):
    text = f"{100 * np.mean(values):.2f}"
    return text + (f" ± {100 * np.std(values, ddof=1):.2f}" if len(values) > 1 else "")


@report_errors("nothing is written")
def main(argv=None):
    """Prints what a linear classifier owes to what."""
    parser = argparse.ArgumentParser(
        prog="reproduce/linear_classifier.py",
        description="Names classes by logistic regression of mean features, with and "
        "without class balance and standardised features: what the mAA of a model is to be "
        "compared with.",
    )
    parser.add_argument(
        "--data", help="a folder in UCF-Crime's layout (default: rendered videos)"
    )
    parser.add_argument("--features", help="a folder below it, or any other")
    parser.add_argument("--seeds", type=int, nargs="+", metavar="SEED", default=[0, 1, 2])
    parser.add_argument("--out", help="a Markdown file to write as well")
    arguments = parser.parse_args(argv)
    import_tensorflow_quietly()

    root = arguments.data or rendered_data()
    results = []
    for seed in arguments.seeds:
        config = ExperimentConfig(data=root, features=arguments.features, seed=seed)
        data = open_experiment_data(config)
        results.append(study_linear_classifier(data))
    text = study_as_markdown(results, f"{data.source}, {len(data.test)} test videos")
    print(text)
    if arguments.out:
        write_text(arguments.out, text)
        print(f"{arguments.out} is written")
    return 0


if __name__ == "__main__":
    sys.exit(main())
