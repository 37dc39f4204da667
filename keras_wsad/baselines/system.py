"""Base classes of the systems of Table II."""

import abc
from typing import ClassVar


class System:
    """A system that learns from training videos and scores the segments of other videos.

    It is a `Head` or a `Learner`. All take the same configuration, learn from the same
    videos and are evaluated in the same way.

    Attributes:
        title: str. Display name.
        published: dict. Published settings of `ExperimentConfig` that differ from the
            defaults.
        settings: tuple of names of the settings of `ExperimentConfig` that it reads, beyond
            those that are read for every system. Any other is an error.
        from_preset: tuple of names of settings that it shares with the joint model, because
            it is a part of it or because nothing was published. A preset that changes them
            changes them for this system too.
        reads: str or `None`. Its input if that is not features, such as `"pixels"`.

    Args:
        config: `ExperimentConfig`.
    """

    title = None
    published: ClassVar = {}
    settings = ()
    from_preset = ()
    reads = None

    def __init__(self, config):
        self.config = config


class Head(System, abc.ABC):
    """A Keras model on segment features, trained as the joint model is.

    Batches, held-out videos, choice of the checkpoint and resumption are those of
    `keras_wsad.training`, which reads the settings below; a head adds its own to them.
    """

    settings = (
        "train_crop",
        "test_crops",
        "steps",
        "anomalous_per_batch",
        "normal_per_batch",
        "batch_order",
        "checkpoint_rule",
        "checkpoint_every",
        "precision",
    )

    @abc.abstractmethod
    def build(self, feature_dim):
        """Returns the untrained model.

        Its inputs are a dict of `features` and `normalized_features`, each of shape
        `(batch, segments, features)`; its outputs are a dict of at least `segment_scores`
        of shape `(batch, segments)`, and `class_probabilities` of shape `(batch, 14)` if
        it names classes.

        Args:
            feature_dim: int. Features of a segment, n.
        """

    @abc.abstractmethod
    def compile(self, model, class_counts):
        """Compiles the model with the system's losses and optimiser.

        The target of `class_probabilities` is the label of the video, that of any other
        output is 1 for an anomalous video and 0 for a normal one.

        Args:
            model: what `build` returned.
            class_counts: list of 14 ints, training videos of each class.
        """


class Learner(System, abc.ABC):
    """Any other system, with its own fitting and saving."""

    @abc.abstractmethod
    def fit(self, data, workspace):
        """Learns from the training videos.

        Args:
            data: `ExperimentData`. `data.validation` is held out: it may decide when to
                stop, nothing else.
            workspace: path. A folder for state that survives a kill.
        """

    @abc.abstractmethod
    def score(self, data, videos):
        """Scores videos.

        Args:
            data: `ExperimentData` that the videos are from.
            videos: list of `Video`.

        Returns:
            A dict of float32 arrays: `segment_scores` of shape `(videos, segments)`, and
            `class_probabilities` of shape `(videos, 14)` if it names classes.
        """

    @abc.abstractmethod
    def save(self, folder):
        """Writes what was learned into an empty folder, without pickles."""

    @abc.abstractmethod
    def load(self, folder):
        """Reads what `save` wrote."""
