"""Trains the rows of Table I on made-up videos and measures them."""

import functools
import itertools

import keras
import numpy as np

from keras_wsad.baselines.proposed import Proposed
from keras_wsad.config import load_config
from keras_wsad.config import preset_path
from keras_wsad.data import CLASS_NAMES
from keras_wsad.data import NORMAL
from keras_wsad.data.pipelines import epoch_schedule
from keras_wsad.features.segments import normalize_clips
from keras_wsad.metrics import frame_level_auc
from keras_wsad.metrics import mean_average_accuracy

#: The flags of the joint model in each row of Table I.
ROWS = {
    "l1": {"lstm": False, "second_level": False, "first_level": False},
    "l2": {"lstm": True, "second_level": False, "first_level": False},
    "l3": {"lstm": True, "second_level": True, "first_level": False},
    "l4": {"lstm": True, "second_level": True, "first_level": True},
}

# The preset is that of the rendered videos. Its largest layers and its batches are smaller
# still, so that a training takes seconds.
_PRESET = "embedded"
_SIZES = {
    "lstm_units": 16,
    "first_level_units": 32,
    "anomalous_per_batch": 13,
    "normal_per_batch": 13,
}


class Trainee:
    """A row's model, which is traced once and trained many times.

    Tracing takes as long as a training on these videos, so all trainings on videos of the
    same shape share it.

    Args:
        row: str, a key of `ROWS`.
        videos: `MadeUpVideos`, for the shapes.
        steps: int or `None`, which leaves those of the preset. The weights after the last
            step are measured. Defaults to `None`.
    """

    @classmethod
    @functools.cache
    def of(cls, row, videos, steps=None):
        """Returns the one `Trainee` of these arguments in this process."""
        return cls(row, videos, steps)

    def __init__(self, row, videos, steps=None):
        self.config = _config(row, videos, steps)
        self._system = Proposed(self.config)
        self._feature_dim = videos.feature_dim
        self._model = self._system.build(videos.feature_dim)
        counts = np.full(len(CLASS_NAMES), videos.train_per_class)
        counts[NORMAL] *= len(CLASS_NAMES) - 1
        self._system.compile(self._model, counts.tolist())
        self._model.optimizer.build(self._model.trainable_variables)
        self._fresh = [np.array(value) for value in self._model.optimizer.variables]

    def measure(self, training, test, seed):
        """Trains from the beginning and measures the model.

        Args:
            training: `Part`.
            test: `Part`.
            seed: int. Of weights, dropout and batches.

        Returns:
            A dict of `maa`, `auc` (a segment is a frame), and, with second-level
            attention, of its means over the segments of events, of distractors and over
            the rest of anomalous videos, as far as there are any: `beta_event`,
            `beta_distractor`, `beta_rest`.
        """
        keras.utils.set_random_seed(seed)
        self._restart()
        self._model.fit(
            _batches(training, tuple(self._model.output), self.config, seed),
            steps_per_epoch=self.config.steps,
            shuffle=False,
            verbose=0,
        )
        outputs = self._model.predict(
            _inputs(test.features), batch_size=len(test.labels), verbose=0
        )
        return _metrics(outputs, test)

    def _restart(self):
        fresh = self._system.build(self._feature_dim)
        for old, new in zip(_variables(self._model), _variables(fresh), strict=True):
            old.assign(new)
        states = self._model.optimizer.variables
        for variable, value in zip(states, self._fresh, strict=True):
            variable.assign(value)


def _config(row, videos, steps):
    changes = {} if steps is None else {"steps": steps}
    sizes = {**_SIZES, "num_segments": videos.num_segments}
    return load_config(preset_path(_PRESET), **sizes, **ROWS[row], **changes)


def _variables(model):
    # Those of the layers: weights, and the random states of the dropouts.
    return [variable for layer in model.layers for variable in layer.variables]


def _batches(part, targets, config, seed):
    """Yields batches in the order of a run, without end."""
    is_anomalous = part.labels != NORMAL
    sizes = {
        "anomalous_per_batch": config.anomalous_per_batch,
        "normal_per_batch": config.normal_per_batch,
    }
    for epoch in itertools.count():
        for videos in epoch_schedule(is_anomalous, epoch, seed=seed, **sizes):
            known = {"class_probabilities": part.labels[videos]}
            of_video = is_anomalous[videos].astype(np.float32)
            yield (
                _inputs(part.features[videos]),
                {name: known.get(name, of_video) for name in targets},
            )


def _inputs(features):
    return {"features": features, "normalized_features": normalize_clips(features)}


def _metrics(outputs, part):
    named = outputs["class_probabilities"].argmax(axis=1)
    metrics = {
        "maa": mean_average_accuracy(part.labels, named, len(CLASS_NAMES)),
        "auc": frame_level_auc(part.is_event.ravel(), outputs["segment_scores"].ravel()),
    }
    beta = outputs.get("second_level_attention")
    if beta is not None:
        rest = ~part.is_event & ~part.is_distractor
        places = {"event": part.is_event, "distractor": part.is_distractor, "rest": rest}
        anomalous = (part.labels != NORMAL)[:, None]
        for name, inside in places.items():
            values = beta[inside & anomalous]
            # A dose may have no distractors.
            if values.size:
                metrics[f"beta_{name}"] = float(values.mean())
    return metrics


def describe(videos, steps, num_seeds):
    """Returns a paragraph on how the study is made.

    Args:
        videos: `MadeUpVideos`, whatever their dose.
        steps: int or `None`, as for `Trainee`.
        num_seeds: int.
    """
    config = _config("l4", videos, steps)
    return (
        f"Made-up videos of {videos.num_segments} segments of {videos.feature_dim} "
        f"features, {videos.train_per_class} training and {videos.test_per_class} test "
        "videos of each of 13 anomalies and as many normal ones as anomalous ones. A "
        "segment is noise of deviation 1; a class is a direction. Every event points in "
        "that of its class and in one more that all events share, both of length "
        f"{videos.strength:g}. Distractors are stretches of {videos.stretch} segments that "
        "point in the direction of another class and not in the shared one, outside the "
        f"event and in normal videos as well. Preset `{_PRESET}` with an LSTM of "
        f"{config.lstm_units} and a first level of {config.first_level_units} units, "
        f"batches of {config.anomalous_per_batch} + {config.normal_per_batch} videos, "
        f"{config.steps} steps, the weights after the last, backend "
        f"{keras.backend.backend()}. {num_seeds} seeds of videos and training, the same "
        "for every row: mean ± standard deviation, of differences the 95 % interval over "
        "seeds (Student's t), in bold where it excludes zero. Chance has an mAA of 7.1."
    )
