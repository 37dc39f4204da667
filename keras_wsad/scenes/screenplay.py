"""The content of a video: ordinary life, and in some videos an event."""

import dataclasses

import numpy as np

from keras_wsad.scenes import confusable
from keras_wsad.scenes import disasters
from keras_wsad.scenes import distractors
from keras_wsad.scenes import errands
from keras_wsad.scenes import everyday
from keras_wsad.scenes import property_crimes
from keras_wsad.scenes import violence
from keras_wsad.scenes.backdrops import KINDS
from keras_wsad.scenes.backdrops import Backdrop
from keras_wsad.scenes.backdrops import make_backdrop
from keras_wsad.scenes.banded_random import BandedRandom
from keras_wsad.scenes.camera import Camera
from keras_wsad.scenes.looks import any_camera
from keras_wsad.scenes.scene_set import SHORTEST
from keras_wsad.scenes.scene_set import SceneSet
from keras_wsad.scenes.take import Take

FPS = 10

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
# Scripts that could be mistaken for an anomaly.
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


# Further ones, for balanced sets: a part of an event, or two.
PARTS = {
    "street": (
        confusable.barbecue,
        confusable.handiwork,
        confusable.stretching,
        distractors.hard_braking,
        distractors.helps_up,
        distractors.officers,
        errands.own_bike,
        distractors.points_the_way,
        errands.poster,
        errands.puts_down_bag,
        distractors.rattling_car,
        distractors.sparring,
        distractors.ties_laces,
        errands.unlocks_door,
        distractors.welder,
    ),
    "shop": (
        confusable.rush,
        distractors.helps_up,
        distractors.officers,
        errands.picks_goods,
        distractors.points_the_way,
        errands.puts_down_bag,
        distractors.sparring,
        distractors.ties_laces,
        distractors.welder,
    ),
    "yard": (
        confusable.runner,
        confusable.snapshot,
        confusable.stretching,
        distractors.hard_braking,
        distractors.helps_up,
        distractors.officers,
        errands.own_bike,
        distractors.points_the_way,
        errands.poster,
        errands.puts_down_bag,
        distractors.sparring,
        distractors.ties_laces,
        errands.unlocks_door,
        distractors.welder,
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


def write_scene(class_name, random, settings=None, is_test=False):
    """Makes up the content of a video.

    Args:
        class_name: str, a key of `EVENTS`, or `None` for ordinary life alone.
        random: `numpy.random.Generator`.
        settings: `SceneSet`, or `None` for the default. Defaults to `None`.
        is_test: bool. Whether it is a test video. Defaults to `False`.

    Returns:
        A `Scene`.
    """
    settings = settings or SceneSet()
    script, kinds, night = EVENTS[class_name] if class_name else (None, KINDS, 0.28)
    if settings.balanced and not class_name:
        _, kinds, night = list(EVENTS.values())[int(random.integers(len(EVENTS)))]
    kind = kinds[int(random.integers(len(kinds)))]
    look = BandedRandom(random, int(is_test)) if settings.held_out_look else random
    backdrop = make_backdrop(kind, look)
    camera = any_camera(look, night=0.0 if kind == "shop" else night)
    num_frames = round(float(random.uniform(*settings.seconds)) * FPS)
    seconds = num_frames / FPS
    life = _ordinary_life(random, backdrop, camera, seconds, settings, not class_name)
    happening, events = [], []
    if script:
        twice = random.random() < settings.two_events and seconds > 2 * SHORTEST
        for start, end in _when(random, seconds, twice, settings):
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


def _when(random, seconds, twice, settings):
    """Yields the seconds of one event, or of two that do not touch."""
    before, after = settings.event_margin
    parts = [(0, 0.48), (0.52, 1)] if twice else [(0, 1)]
    for begin, end in parts:
        room = (end - begin) * seconds
        fills = settings.event_share * seconds / len(parts)
        longest = min(settings.event_seconds[1], room - 4, fills)
        shortest = min(settings.event_seconds[0], max(longest - 1, longest / 2))
        length = float(random.uniform(shortest, longest))
        start = begin * seconds + float(random.uniform(before, room - length - after))
        start = min(max(start, begin * seconds), end * seconds - length)
        # On whole frames, so that the annotation is exact.
        yield round(start * FPS) / FPS, round((start + length) * FPS) / FPS


def _ordinary_life(random, backdrop, camera, seconds, settings, is_normal):
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
    fewest, most = settings.distractors
    count, choices = int(random.integers(fewest, most + 1)), CONFUSABLE[backdrop.kind]
    if settings.balanced:
        count += is_normal
        choices += PARTS[backdrop.kind]
        for _ in range(int(random.integers(0, 3))):
            cast += take(errands.left_about, 0.0, seconds)
    for _ in range(count):
        script = choices[int(random.integers(len(choices)))]
        start, length = random.uniform((0, 4), (seconds - 5, 9)).tolist()
        cast += take(script, start, length)
    return cast
