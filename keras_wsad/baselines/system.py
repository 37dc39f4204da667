import abc
from typing import ClassVar


class System(abc.ABC):
    """A system that learns from training videos and scores the segments of other videos.

    All take the same configuration, learn from the same videos and are evaluated in the
    same way. A `Head` is a Keras model that is trained as the joint model is, a `Learner`
    has a fit of its own.

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
        saved_as: str. Name in the run folder of what it has learned.

    Args:
        config: `ExperimentConfig`.
    """

    title = None
    published: ClassVar = {}
    settings = ()
    from_preset = ()
    reads = None
    saved_as = "system"

    def __init__(self, config):
        self.config = config

    def check(self, data):  # noqa: B027 (most need none)
        """Raises if the data does not fit the settings, before anything is written.

        Args:
            data: `ExperimentData`.
        """

    @abc.abstractmethod
    def fit(self, data, run):
        """Learns from the training videos.

        Args:
            data: `ExperimentData`. `data.validation` is held out: it may decide when to
                stop, nothing else.
            run: `Run`. State that survives a kill is kept in its `workspace`.

        Returns:
            A dict for JSON with `steps`, `epochs` and `checkpoint`, or `None` from a system
            that knows no checkpoints.
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

        Raises:
            DataError: the features have another width than in training.
        """

    @abc.abstractmethod
    def save(self, path):
        """Writes what was learned, without pickles: a file, or a folder that it makes."""

    @abc.abstractmethod
    def load(self, path):
        """Reads what `save` wrote.

        Raises:
            RunError: it is absent, damaged or of another system.
        """
