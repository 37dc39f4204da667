"""The data of a run: training, validation and test videos with their segment features."""

import dataclasses
import hashlib
import itertools
import json
import pathlib

import numpy as np

from keras_wsad.data.embedded import embedded_features
from keras_wsad.data.embedded import embedded_root
from keras_wsad.data.feature_groups import mean_features
from keras_wsad.data.hygiene import check_lengths
from keras_wsad.data.hygiene import check_scale
from keras_wsad.data.hygiene import describe_groups
from keras_wsad.data.hygiene import describe_twins
from keras_wsad.data.hygiene import twins_to_drop
from keras_wsad.data.marks import read_marks
from keras_wsad.data.splits import hold_out
from keras_wsad.data.standardization import Standardization
from keras_wsad.data.ucf_crime import UCFCrime
from keras_wsad.errors import ConfigError
from keras_wsad.errors import DataError
from keras_wsad.features import FeatureStore
from keras_wsad.features import open_store
from keras_wsad.features.problems import raise_if_strict
from keras_wsad.features.problems import summarize_problems

# Caveats to print beside every number measured on these features.
CAVEATS = {
    "r3d34": "degraded, and separable by extraction batch: see reproduce/README.md",
}


@dataclasses.dataclass(frozen=True, kw_only=True)
class ExperimentData:
    """The videos of an experiment that have features, in three parts.

    Open it with `open_experiment_data`.

    Attributes:
        root: path. The folder with the lists, and with the videos if there are any.
        training: list of `Video` to learn from.
        validation: list of `Video` held out of the training videos.
        test: list of `Video`.
        left_out: list of names of test videos without usable features.
        class_counts: list of 14 ints, videos of each class in the whole training list.
        store: `FeatureStore`.
        source: str. Description of the features, with caveats.
        summary: str. Report of what was read and what was not.
        standardization: `Standardization` of the features in the store, or `None` for
            features as they were read.
        marks: array as `read_marks` returns it, of the training videos, or `None`.
    """

    root: pathlib.Path
    training: list
    validation: list
    test: list
    left_out: list
    class_counts: list
    store: FeatureStore
    source: str
    summary: str
    standardization: Standardization | None = None
    marks: np.ndarray | None = None

    @property
    def key(self):
        """Hash of the features and of the train/validation split."""
        parts = [
            [video.name for video in part] for part in (self.training, self.validation)
        ]
        content = json.dumps([self.store.content_key, *parts, self.class_counts])
        return hashlib.sha256(content.encode()).hexdigest()

    def standardized(self, standardization):
        """Returns a copy whose features are standardised when they are read.

        Args:
            standardization: `Standardization`.
        """
        return dataclasses.replace(
            self,
            store=standardization.view(self.store),
            source=f"{self.source}, standardised",
            standardization=standardization,
        )

    def audited(self):
        """Returns a copy that reports whether groups of features follow the classes.

        It reads all features, so it is no part of `open_experiment_data`.
        """
        training = self.training + self.validation
        rows = self.rows(training + self.test)
        labels = np.array([video.label for video in training])
        verdict = describe_groups(mean_features(self.store.features, rows), labels)
        return dataclasses.replace(self, summary=f"{self.summary}\n{verdict}")

    def marked(self, path):
        """Returns a copy with what a reviewer has marked in the training videos.

        Args:
            path: str or path, as `read_marks` takes it.

        Raises:
            DataError: the file cannot be used, or marks no video that is trained on.
        """
        names = [video.name for video in self.training]
        marks, used, left_out = read_marks(path, names, self.store.features.shape[1])
        if not used:
            raise DataError(
                f"{path}: expected a verdict on a video that is trained on. Found none; "
                f"{len(left_out)} of its videos are held out or no training videos"
            )
        summary = (
            f"{used} marks in {(marks >= 0).any(axis=1).sum()} videos; "
            f"{len(left_out)} more marked videos are not trained on."
        )
        return dataclasses.replace(self, marks=marks, summary=f"{self.summary}\n{summary}")

    def rows(self, videos, crop=0):
        """Returns the row of one crop of each video in the store.

        Args:
            videos: list of `Video`.
            crop: int. Number of the crop. Defaults to `0`.

        Raises:
            ConfigError: a video has fewer crops.
        """
        for video in videos:
            if crop >= len(self.store.videos[video.name]):
                raise ConfigError(
                    f"{video.name} has {len(self.store.videos[video.name])} crops. "
                    f"Received: train_crop={crop}, where 0 is the first"
                )
        return [self.store.videos[video.name][crop] for video in videos]


def open_experiment_data(config):
    """Reads the lists, annotation and features that an `ExperimentConfig` names.

    Args:
        config: `ExperimentConfig`.

    Returns:
        An `ExperimentData`.

    Raises:
        DataError: something is missing or contradictory; with `strict`, also if a feature
            file has a problem.
    """
    if config.data is None:
        root = embedded_root()
        features = embedded_features(root)
    else:
        root = pathlib.Path(config.data)
        features = feature_folder(root, config.features)
    dataset = UCFCrime(root, features)
    videos = {video.name: video for video in itertools.chain(dataset.train, dataset.test)}
    store = open_store(
        features,
        list(videos),
        num_segments=config.num_segments,
        reduce=config.reduce,
        alignment=config.alignment,
    )
    if config.strict:
        raise_if_strict(store.problems)
    with_features = [video for video in dataset.train if video.name in store.videos]
    if not with_features:
        raise DataError(
            f"{root}: expected features of training videos. Found those of none of "
            f"{len(dataset.train)}.\n{summarize_problems(store.problems, len(videos))}"
        )
    test_names = {video.name for video in dataset.test}
    twins = describe_twins(store.identical, test_names)
    if config.drop_duplicates:
        dropped = twins_to_drop(store.identical, test_names)
        with_features = [video for video in with_features if video.name not in dropped]
        twins.append(f"  left out  {len(dropped):4d}  of these are not trained on")
    training, validation = hold_out(with_features, config.validation_fraction, config.seed)
    test = [video for video in dataset.test if video.name in store.videos]
    if not test:
        raise DataError(
            f"{root}: expected features of test videos, to evaluate on. Found those of "
            f"none of {len(dataset.test)}"
        )
    for video in test:
        # Fails before the training rather than after it.
        video.frame_labels()
    check_lengths(store, test)
    in_training = [video.name for video in with_features]
    norms = check_scale(store, in_training, [video.name for video in test])
    left_out = [video.name for video in dataset.test if video.name not in store.videos]
    if config.data is None or (root / "scenes.json").is_file():
        source = f"rendered videos ({store.extraction})"
    else:
        named = pathlib.Path(config.features or root.name)
        source = named.name if named.is_absolute() else str(named)
        source += f" ({store.extraction})" if store.extraction else ""
        for name in CAVEATS.keys() & set(store.folders):
            source += f" ({name}: {CAVEATS[name]})"
    lines = [summarize_problems(store.problems, len(videos))]
    lines += [*twins, norms]
    lines.append(
        f"{len(training)} videos to train on, {len(validation)} held out, "
        f"{len(test)} of {len(dataset.test)} test videos; "
        f"{store.features.shape[1]} segments of {store.feature_dim} features."
    )
    return ExperimentData(
        root=root,
        training=training,
        validation=validation,
        test=test,
        left_out=left_out,
        class_counts=dataset.class_counts,
        store=store,
        source=source,
        summary="\n".join(lines),
    )


def feature_folder(root, features):
    """Returns the folder to search for features.

    Args:
        root: path. The data folder.
        features: str or `None`. A folder below the root, or any other.

    Raises:
        DataError: there is no such folder.
    """
    if features is None:
        return root
    for folder in (root / features, pathlib.Path(features)):
        if folder.is_dir():
            return folder
    found = sorted(path.name for path in root.iterdir() if path.is_dir())
    raise DataError(
        f"Expected --features to be a folder below {root} or elsewhere. "
        f"Received: {features!r}. Folders there: {', '.join(found)}"
    )
