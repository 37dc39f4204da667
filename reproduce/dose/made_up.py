"""Made-up features of videos with an event and distractors."""

import dataclasses

import numpy as np

from keras_wsad.data import CLASS_NAMES
from keras_wsad.data import NORMAL
from keras_wsad.errors import ConfigError

_ANOMALIES = [label for label in range(len(CLASS_NAMES)) if label != NORMAL]


@dataclasses.dataclass(frozen=True, kw_only=True)
class MadeUpVideos:
    """How videos are made up of segment features.

    A segment is noise of deviation 1 in every feature. A class is a direction in feature
    space, and an alarm is one more, orthogonal to all of them. The event of an anomalous
    video is one stretch of segments that point in both, that of the class of the video and
    the alarm. A distractor is a stretch outside the event that points in the direction of
    another class and not in that of the alarm: someone runs, but from no crime. Normal
    videos have distractors as well, so that these say nothing about the video.

    Args:
        event_segments: int. Segments of an event. Defaults to `4`.
        distractors: float. Share of the segments outside the event, or of a normal video,
            that are distractors. Defaults to `0.5`.
        train_per_class: int. Training videos of each anomaly; as many normal ones as
            anomalous ones. Defaults to `20`.
        test_per_class: int. Test videos of each anomaly; normal ones likewise. Defaults to
            `10`.
        num_segments: int. Segments of a video, T. Defaults to `32`.
        feature_dim: int. Features of a segment, n. Defaults to `32`.
        strength: float. Length of either direction, in deviations of the noise. Defaults
            to `4.0`.
        stretch: int. Segments of a distractor. Defaults to `2`.
    """

    event_segments: int = 4
    distractors: float = 0.5
    train_per_class: int = 20
    test_per_class: int = 10
    num_segments: int = 32
    feature_dim: int = 32
    strength: float = 4.0
    stretch: int = 2

    def __post_init__(self):
        if not 1 <= self.event_segments <= self.num_segments:
            raise ConfigError(
                f"Expected events of 1 to {self.num_segments} segments. "
                f"Received: event_segments={self.event_segments}"
            )
        if not 0 <= self.distractors <= 1:
            raise ConfigError(
                "Expected a share of distractors from 0 to 1. "
                f"Received: distractors={self.distractors}"
            )
        if self.feature_dim <= len(_ANOMALIES):
            raise ConfigError(
                f"Expected more than {len(_ANOMALIES)} features, for the directions of the "
                f"classes and the alarm. Received: feature_dim={self.feature_dim}"
            )

    def make(self, seed):
        """Makes the videos.

        The same seed has the same directions and noise at every dose.

        Args:
            seed: int.

        Returns:
            `(training, test)`, two `Part`s.
        """
        random = np.random.default_rng([seed, 0])
        square = random.normal(size=(self.feature_dim, self.feature_dim))
        # Orthogonal rows, of which class `label` has row `label` and the alarm another.
        directions = self.strength * np.linalg.qr(square)[0]
        return tuple(
            self._part(np.random.default_rng([seed, part]), directions, per_class)
            for part, per_class in ((1, self.train_per_class), (2, self.test_per_class))
        )

    def _part(self, random, directions, per_class):
        anomalous = np.repeat(_ANOMALIES, per_class)
        labels = np.concatenate([anomalous, np.full(len(anomalous), NORMAL)])
        shape = (len(labels), self.num_segments, self.feature_dim)
        features = random.normal(size=shape)
        is_event = np.zeros(shape[:2], bool)
        is_distractor = np.zeros(shape[:2], bool)
        alarm = directions[NORMAL]
        for video, label in enumerate(labels):
            others = [other for other in _ANOMALIES if other != label]
            if label != NORMAL:
                start = random.integers(self.num_segments - self.event_segments + 1)
                is_event[video, start : start + self.event_segments] = True
                features[video, is_event[video]] += directions[label] + alarm
            free = np.flatnonzero(~is_event[video])
            # Stretches at random places, of which as many as the share asks for.
            stretches = np.array_split(
                free, np.arange(self.stretch, len(free), self.stretch)
            )
            order = random.permutation(len(stretches))
            chosen = np.concatenate([stretches[place] for place in order])
            classes = np.repeat(
                random.choice(others, len(stretches)), [len(stretches[i]) for i in order]
            )
            count = round(self.distractors * len(free))
            features[video, chosen[:count]] += directions[classes[:count]]
            is_distractor[video, chosen[:count]] = True
        return Part(features.astype(np.float32), labels, is_event, is_distractor)


@dataclasses.dataclass(frozen=True)
class Part:
    """Training or test videos.

    Attributes:
        features: float32 array of shape `(videos, segments, features)`.
        labels: int array of shape `(videos,)`.
        is_event: bool array of shape `(videos, segments)`.
        is_distractor: bool array of shape `(videos, segments)`.
    """

    features: np.ndarray
    labels: np.ndarray
    is_event: np.ndarray
    is_distractor: np.ndarray
