"""The training videos whose segments are most similar to those of a new video."""

import logging

import numpy as np

from keras_wsad.data.annotations import CLASS_NAMES
from keras_wsad.data.embedded import embedded_folder
from keras_wsad.data.experiment_data import open_experiment_data
from keras_wsad.errors import WSADError
from keras_wsad.features import normalize_clips
from keras_wsad.features import pool_segments

# Training segments that are compared at once.
_ROWS = 4096

_logger = logging.getLogger(__name__)


class TrainingSegments:
    """The segment features of the training videos, to be searched by cosine similarity.

    Args:
        features: float array of shape `(videos, segments, features)`, may be memory-mapped.
        names: list of str. The videos.
        class_names: list of str. Their classes.
        card: `ModelCard`, which says how segments are pooled.
    """

    def __init__(self, features, names, class_names, card):
        self._features = features
        self._names = names
        self._class_names = class_names
        self._pooling = (card.num_segments, card.reduce, card.alignment)

    def most_similar(self, clips, count=5):
        """Finds the training videos most similar to each segment of a video.

        Args:
            clips: array of shape `(K, features)`, the clips of one crop.
            count: int. Videos to return. Defaults to `5`.

        Returns:
            A list with, for each segment, a list of dicts `name`, `class_name`, `cosine`
            (of the most similar segment of that video), the most similar first.
        """
        queries = normalize_clips(pool_segments(clips, *self._pooling))
        per_video = self._features.shape[1]
        step = max(_ROWS // per_video, 1)
        cosines = np.concatenate(
            [
                (normalize_clips(part) @ queries.T).max(axis=1)
                for start in range(0, len(self._names), step)
                for part in [self._features[start : start + step]]
            ]
        ).T
        best = np.argsort(-cosines, axis=1, kind="stable")[:, :count]
        return [
            [
                {
                    "name": self._names[video],
                    "class_name": self._class_names[video],
                    "cosine": round(float(row[video]), 4),
                }
                for video in videos
            ]
            for row, videos in zip(cosines, best, strict=True)
        ]


def open_training_data(run):
    """Opens the data that a run was trained on.

    Args:
        run: `Run`.

    Returns:
        An `ExperimentData`, or `None` for rendered videos that are not there (any more).

    Raises:
        WSADError, OSError: the run or its data cannot be read.
    """
    config = run.load_config()
    lists = embedded_folder() / "Anomaly_Train.txt"
    if config.data is None and not lists.is_file():
        # Opening it would render it.
        return None
    return open_experiment_data(config)


def open_training_segments(run, card):
    """Opens the segment features that a run was trained on.

    Args:
        run: `Run`.
        card: `ModelCard` of its model.

    Returns:
        A `TrainingSegments`, or `None` where the data is not there (any more).
    """
    try:
        data = open_training_data(run)
        if data is None or data.store.feature_dim != card.feature_dim:
            return None
        rows = data.rows(data.training)
    except (WSADError, OSError) as error:
        _logger.info("Similar training videos are left out: %s", error)
        return None
    # Rows lie one after the other, so that none is copied before it is compared.
    features = _Rows(data.store.features, rows)
    labels = [CLASS_NAMES[video.label] for video in data.training]
    return TrainingSegments(features, [v.name for v in data.training], labels, card)


class _Rows:
    """Some rows of a memory-mapped array, read when they are asked for."""

    def __init__(self, array, rows):
        self._array, self._rows = array, rows
        self.shape = (len(rows), *array.shape[1:])

    def __getitem__(self, part):
        return self._array[self._rows[part]]
