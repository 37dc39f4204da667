"""The embedded data sets: rendered videos in exactly the layout of UCF-Crime."""

import concurrent.futures
import dataclasses
import logging
import math
import multiprocessing
import pathlib

import av
import numpy as np

from keras_wsad.errors import ConfigError
from keras_wsad.files import atomic_path
from keras_wsad.files import read_json
from keras_wsad.files import write_json
from keras_wsad.files import write_text
from keras_wsad.progress import track
from keras_wsad.scenes.canvas import HEIGHT
from keras_wsad.scenes.canvas import WIDTH
from keras_wsad.scenes.scene_set import SceneSet
from keras_wsad.scenes.screenplay import EVENTS
from keras_wsad.scenes.screenplay import FPS
from keras_wsad.scenes.screenplay import write_scene

# Raised whenever the same seed renders other pictures.
VERSION = 3
CLASSES = sorted(EVENTS)

# What a second of video costs: time of one core of an AMD EPYC, and size.
_CORE_SECONDS = 0.021
_BYTES = 18_000

_logger = logging.getLogger(__name__)


@dataclasses.dataclass(frozen=True)
class _Shot:
    """One video to render."""

    line: str
    class_name: str | None
    is_test: bool


def write_data_set(root, settings=None, workers=2):
    """Renders videos and writes UCF-Crime's lists and annotation beside them.

    | file | content |
    |---|---|
    | `Anomaly_Train.txt`, `Anomaly_Test.txt` | lines of `Class/Name.mp4` |
    | `Temporal_Anomaly_Annotation_for_Testing_Videos.txt` | events in frames |
    | `Abuse/` ... , `Testing_Normal_Videos_Anomaly/` | the videos |
    | `ground_truth.csv` | events of all videos, those of training only for studies |

    Existing videos are kept, so that an interrupted rendering resumes. `scenes.json`, with
    the settings of the folder, is written first and the lists last.

    Args:
        root: path. Folder to create.
        settings: `SceneSet`, or `None` for the default size.
        workers: int. Processes. Defaults to `2`.

    Raises:
        ConfigError: the folder was rendered with other settings.
        DataError: its `scenes.json` is damaged.
    """
    root = pathlib.Path(root)
    settings = settings or SceneSet()
    if workers < 1:
        raise ConfigError(f"Expected workers >= 1. Received: {workers}")
    _claim(root, settings)
    shots = _shots(settings)
    _log_cost(root, shots, settings, workers)
    # Not forked, since the caller may have threads.
    context = multiprocessing.get_context("spawn")
    with concurrent.futures.ProcessPoolExecutor(workers, context) as pool:
        tasks = pool.map(
            _render, [root] * len(shots), shots, [settings] * len(shots), chunksize=4
        )
        events = list(track(tasks, "Rendering videos", len(shots)))
    _write_lists(root, shots, events)


def _claim(root, settings):
    """Writes the settings into the folder. Raises if it has others."""
    path = root / "scenes.json"
    now = {"version": VERSION, **settings.to_dict()}
    if path.is_file():
        before = read_json(path)
        if before != now:
            raise ConfigError(f"{root}: expected the settings {before}. Received: {now}")
    write_json(path, now)


def _log_cost(root, shots, settings, workers):
    """Says how many videos are to be rendered, their size, and how long it takes."""
    missing = [shot for shot in shots if not (root / shot.line).is_file()]
    seconds = len(missing) * sum(settings.seconds) / 2
    _logger.info(
        "Rendering %d videos into %s: %.2f GB, about %d min with %d processes",
        len(missing),
        root,
        seconds * _BYTES / 1e9,
        math.ceil(seconds * _CORE_SECONDS / workers / 60),
        workers,
    )


def _shots(settings):
    """Lists the videos, numbered within their class and in the order of the lists."""
    shots = []
    for is_test, count, num_normal in (
        (False, settings.train_per_class, settings.num_normal[0]),
        (True, settings.test_per_class, settings.num_normal[1]),
    ):
        for class_name in CLASSES:
            first = 1 + (settings.train_per_class if is_test else 0)
            for number in range(first, first + count):
                line = f"{class_name}/{class_name}{number:03d}_x264.mp4"
                shots.append(_Shot(line, class_name, is_test))
        for number in range(1, num_normal + 1):
            # As in UCF-Crime, whose training and test videos are numbered consecutively.
            if is_test:
                number += settings.num_normal[0]
                name = f"Testing_Normal_Videos_Anomaly/Normal_Videos_{number:03d}_x264.mp4"
            else:
                name = f"Training_Normal_Videos_Anomaly/Normal_Videos{number:03d}_x264.mp4"
            shots.append(_Shot(name, None, is_test))
    return shots


def _render(root, shot, settings):
    """Renders a video unless it exists, and returns its events."""
    # A generator of its own for each video: neither the number of workers nor the size of
    # the set changes what a video shows.
    number = int.from_bytes(shot.line.encode(), "big")
    random = np.random.default_rng((settings.seed, number))
    scene = write_scene(shot.class_name, random, settings, shot.is_test)
    path = root / shot.line
    if not path.is_file():
        with atomic_path(path) as temporary:
            write_video(temporary, scene.frames(random))
    return scene.num_frames, scene.events


def write_video(path, frames):
    """Writes frames as H.264 in an mp4 container, the same bytes every time.

    Args:
        path: path.
        frames: iterable of uint8 arrays of shape `(HEIGHT, WIDTH, 3)`.
    """
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=FPS)
        stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        # One thread: with more, the bytes depend on the machine.
        stream.thread_count = 1
        stream.options = {"preset": "ultrafast", "crf": "28", "g": "50"}
        for pixels in frames:
            for packet in stream.encode(av.VideoFrame.from_ndarray(pixels)):
                container.mux(packet)
        for packet in stream.encode():
            container.mux(packet)


def _write_lists(root, shots, events):
    annotation, truth = [], ["name,class,num_frames,start,end"]
    for shot, (num_frames, of_video) in zip(shots, events, strict=True):
        file_name = shot.line.partition("/")[2]
        class_name = shot.class_name or "Normal"
        bounds = [bound for event in of_video for bound in event] + [-1] * 4
        if shot.is_test:
            fields = [file_name, class_name, *map(str, bounds[:4])]
            annotation.append("  ".join(fields) + "  ")
        for start, end in of_video or [(-1, -1)]:
            truth.append(f"{file_name[:-4]},{class_name},{num_frames},{start},{end}")
    write_text(root / "ground_truth.csv", "\n".join(truth) + "\n")
    files = {
        "Temporal_Anomaly_Annotation_for_Testing_Videos.txt": annotation,
        "Anomaly_Test.txt": [shot.line for shot in shots if shot.is_test],
        "Anomaly_Train.txt": [shot.line for shot in shots if not shot.is_test],
    }
    for name, lines in files.items():
        write_text(root / name, "\n".join(lines) + "\n")
