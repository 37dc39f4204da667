"""How many videos a set has, and what happens in them."""

import dataclasses

from keras_wsad.errors import ConfigError

# Seconds of the shortest video that leaves time before and after an event.
SHORTEST = 9.0
NUM_ANOMALIES = 13


@dataclasses.dataclass(frozen=True, kw_only=True)
class SceneSet:
    """A set of rendered videos: by default the few of a first hour.

    Attributes:
        train_per_class: int. Training videos of each of the 13 anomalies; as many normal
            videos as anomalous ones.
        test_per_class: int. Test videos of each anomaly.
        seed: int. Another seed gives other videos.
        seconds: tuple of two floats. The shortest and the longest video.
        test_normal: int or `None`. Normal test videos, or as many as anomalous ones.
            Defaults to `None`.
        event_seconds: tuple of two floats. The shortest and the longest event, where the
            video has time for it.
        event_share: float. Largest share of a video that its events fill. Defaults to `1`.
        event_margin: tuple of two floats. Seconds that an event keeps from the start and
            the end of a video; where they are negative, it may touch them.
        two_events: float. Probability of a second event. Defaults to `0.1`.
        distractors: tuple of two ints. The fewest and the most distractors in a video:
            ordinary scenes that could be mistaken for an anomaly.
        balanced: bool. Whether ordinary life has the parts of which events are made
            (`distractors.py`, `errands.py`), and normal videos are at the places and hours
            of the anomalies, with a distractor more in place of the event. Defaults to
            `False`.
        held_out_look: bool. Whether backdrops and cameras of test videos have numbers
            that those of training never have, see `BandedRandom`. Defaults to `False`.
    """

    train_per_class: int = 6
    test_per_class: int = 2
    seed: int = 0
    seconds: tuple = (20.0, 34.0)
    test_normal: int | None = None
    event_seconds: tuple = (4.5, 12.0)
    event_share: float = 1.0
    event_margin: tuple = (2.0, 1.0)
    two_events: float = 0.1
    distractors: tuple = (0, 1)
    balanced: bool = False
    held_out_look: bool = False

    def __post_init__(self):
        for name in ("train_per_class", "test_per_class", "test_normal"):
            count = getattr(self, name)
            if count is not None and count < 1:
                raise ConfigError(f"Expected {name} >= 1. Received: {count}")
        if self.seed < 0:
            raise ConfigError(f"Expected seed >= 0. Received: {self.seed}")
        shortest, longest = self.seconds
        if not SHORTEST <= shortest <= longest:
            raise ConfigError(
                f"Expected videos of {SHORTEST} seconds or more, the shortest first. "
                f"Received: seconds={self.seconds}"
            )

    @property
    def num_normal(self):
        """Normal videos of training and of the test, two ints."""
        test = self.test_normal
        if test is None:
            test = NUM_ANOMALIES * self.test_per_class
        return NUM_ANOMALIES * self.train_per_class, test

    @property
    def num_videos(self):
        anomalous = NUM_ANOMALIES * (self.train_per_class + self.test_per_class)
        return anomalous + sum(self.num_normal)

    def to_dict(self):
        """Returns the size, and all else that differs from the defaults, for JSON."""
        content = {}
        for number, field in enumerate(dataclasses.fields(self)):
            value = getattr(self, field.name)
            if number < 4 or value != field.default:
                content[field.name] = list(value) if isinstance(value, tuple) else value
        return content


#: The set of a first hour, and that of the tables. The scenes of `bench` were fixed before
#: any system was run on them, and are never adjusted to a result. Two things alone were
#: looked at: that neither the position in the video nor the amount of motion gives
#: anomalies away (`tests/scenes/bench_test.py`).
SETS = {
    "demo": SceneSet(),
    "bench": SceneSet(
        train_per_class=40,
        test_per_class=40,
        seconds=(40.0, 64.0),
        test_normal=260,
        event_seconds=(2.5, 5.0),
        event_share=0.15,
        event_margin=(-2.0, -2.0),
        two_events=0.15,
        distractors=(2, 4),
        balanced=True,
        held_out_look=True,
    ),
}
