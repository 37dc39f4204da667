"""The content of a video: ordinary life, and in some videos an event."""

import dataclasses

import numpy as np

from keras_wsad.scenes import confusable
from keras_wsad.scenes import disasters
from keras_wsad.scenes import everyday
from keras_wsad.scenes import property_crimes
from keras_wsad.scenes import violence
from keras_wsad.scenes.backdrops import KINDS
from keras_wsad.scenes.backdrops import Backdrop
from keras_wsad.scenes.backdrops import make_backdrop
from keras_wsad.scenes.camera import Camera
from keras_wsad.scenes.looks import any_camera
from keras_wsad.scenes.take import Take

FPS = 10
# Seconds of the shortest video that leaves time before and after an event.
SHORTEST = 9.0

# The 13 anomalies of UCF-Crime: script, backdrops, and probability of night.
EVENTS = {
    "Abuse": (violence.abuse, KINDS, 0.2),
    "Arrest": (violence.arrest, KINDS, 0.3),
    "Arson": (property_crimes.arson, KINDS, 0.4),
    "Assault": (violence.assault, KINDS, 0.3),
    "Burglary": (property_crimes.burglary, ("street", "yard"), 0.75),
    "Explosion": (disasters.explosion, KINDS, 0.2),
    "Fighting": (violence.fighting, KINDS, 0.25),
    "RoadAccidents": (disasters.road_accident, ("street",), 0.25),
    "Robbery": (violence.robbery, KINDS, 0.25),
    "Shooting": (violence.shooting, KINDS, 0.3),
    "Shoplifting": (property_crimes.shoplifting, ("shop",), 0.0),
    "Stealing": (property_crimes.stealing, ("street", "yard"), 0.3),
    "Vandalism": (property_crimes.vandalism, ("street", "yard"), 0.3),
}

# Ordinary life: scripts with their sampling weights.
ANYWHERE = (
    (everyday.passer_by, 5),
    (everyday.meeting, 2),
    (everyday.carrier, 1.5),
    (confusable.crowd, 0.8),
    (confusable.stretching, 0.3),
)
PLACES = {
    "street": (
        (everyday.traffic, 4),
        (confusable.runner, 1),
        (everyday.cyclist, 0.7),
        (everyday.parked_car, 0.5),
    ),
    "shop": ((everyday.shopper, 5), (everyday.passer_by, 1)),
    "yard": (
        (confusable.children, 0.8),
        (everyday.traffic, 0.6),
        (everyday.cyclist, 0.5),
        (everyday.parked_car, 0.5),
    ),
}
# Scripts that could be mistaken for an anomaly: one in every other video of either kind.
CONFUSABLE = {
    "street": (
        confusable.runner,
        confusable.rush,
        confusable.fast_car,
        confusable.crowd,
        confusable.headlights,
        confusable.snapshot,
        confusable.stumble,
        confusable.embrace,
        confusable.patrol,
    ),
    "shop": (
        confusable.crowd,
        confusable.runner,
        confusable.snapshot,
        confusable.stumble,
        confusable.embrace,
        confusable.handiwork,
        confusable.steam,
        confusable.stretching,
    ),
    "yard": (
        confusable.children,
        confusable.barbecue,
        confusable.headlights,
        confusable.handiwork,
        confusable.embrace,
        confusable.stumble,
        confusable.rush,
        confusable.steam,
    ),
}


@dataclasses.dataclass(frozen=True, kw_only=True)
class Scene:
    """The content of a video.

    Attributes:
        backdrop: `Backdrop`.
        camera: `Camera`.
        everyday: list of actors of ordinary life.
        happening: list of actors of the events.
        num_frames: int. At `FPS` frames per second.
        events: list of half-open `(start, end)` in frames.
    """

    backdrop: Backdrop
    camera: Camera
    everyday: list
    happening: list
    num_frames: int
    events: list

    @property
    def cast(self):
        """All that is drawn."""
        return self.everyday + self.happening

    def frames(self, random):
        """Yields the frames, uint8 arrays of shape `(HEIGHT, WIDTH, 3)`.

        Args:
            random: `numpy.random.Generator`, for the noise of the camera.
        """
        cast = self.cast
        for number in range(self.num_frames):
            yield self.camera.take(self.backdrop, cast, number / FPS, random)


def write_scene(class_name, random, seconds=(20.0, 34.0), two_events=0.1):
    """Makes up the content of a video.

    Args:
        class_name: str, a key of `EVENTS`, or `None` for ordinary life alone.
        random: `numpy.random.Generator`.
        seconds: tuple of two floats. The shortest and the longest video. Defaults to
            `(20, 34)`.
        two_events: float. Probability of a second event, where there is time for it.
            Defaults to `0.1`.

    Returns:
        A `Scene`.
    """
    script, kinds, night = EVENTS[class_name] if class_name else (None, KINDS, 0.28)
    kind = kinds[int(random.integers(len(kinds)))]
    backdrop = make_backdrop(kind, random)
    camera = any_camera(random, night=0.0 if kind == "shop" else night)
    num_frames = round(float(random.uniform(*seconds)) * FPS)
    seconds = num_frames / FPS
    life = _ordinary_life(random, backdrop, camera, seconds)
    happening, events = [], []
    if script:
        twice = random.random() < two_events and seconds > 2 * SHORTEST
        for start, end in _when(random, seconds, twice):
            happening += script(
                Take(random=random, backdrop=backdrop, camera=camera, start=start, end=end)
            )
            events.append((round(start * FPS), round(end * FPS)))
    return Scene(
        backdrop=backdrop,
        camera=camera,
        everyday=life,
        happening=happening,
        num_frames=num_frames,
        events=events,
    )


def _when(random, seconds, twice):
    """Returns the seconds of one event, or of two that do not touch."""
    parts = [(0, 0.48), (0.52, 1)] if twice else [(0, 1)]
    for begin, end in parts:
        room = (end - begin) * seconds
        longest = min(12.0, room - 4)
        length = float(random.uniform(min(4.5, longest - 1), longest))
        start = begin * seconds + float(random.uniform(2, room - length - 1))
        # On whole frames, so that the annotation is exact.
        yield round(start * FPS) / FPS, round((start + length) * FPS) / FPS


def _ordinary_life(random, backdrop, camera, seconds):
    """Fills a video with a random amount of ordinary life."""

    def take(script, start, length):
        return script(
            Take(
                random=random,
                backdrop=backdrop,
                camera=camera,
                start=start,
                end=start + length,
            )
        )

    common = (*ANYWHERE, *PLACES[backdrop.kind])
    weights = np.array([weight for _, weight in common])
    cast = take(everyday.clerk, 0.0, seconds) if backdrop.till else []
    busy = random.uniform(5.0, 13.0)
    at = float(random.uniform(-4, 2))
    while at < seconds:
        script = common[int(random.choice(len(common), p=weights / weights.sum()))][0]
        cast += take(script, at, float(random.uniform(4, 10)))
        at += float(random.exponential(busy))
    for _ in range(int(random.integers(0, 2))):
        choices = CONFUSABLE[backdrop.kind]
        script = choices[int(random.integers(len(choices)))]
        start, length = random.uniform((0, 4), (seconds - 5, 9)).tolist()
        cast += take(script, start, length)
    return cast
