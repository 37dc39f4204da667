"""The embedded data sets: rendered on first use, with features by `compact`."""

import hashlib
import json
import logging
import math

from keras_wsad.errors import DataError
from keras_wsad.features.extraction import Extraction
from keras_wsad.files import cache_folder
from keras_wsad.locks import locked
from keras_wsad.progress import timed
from keras_wsad.scenes import SceneSet
from keras_wsad.scenes import write_data_set
from keras_wsad.scenes.data_set import VERSION

# Seconds for the features of a video of `bench` on two cores of an AMD EPYC.
_SECONDS_PER_VIDEO = 0.38

_logger = logging.getLogger(__name__)


def embedded_folder(settings=None):
    """Returns where the rendered videos are kept, whether or not they are there yet.

    Args:
        settings: `SceneSet`, or `None` for the default size. Defaults to `None`.
    """
    settings = settings or SceneSet()
    # As in scenes-3-6-2-0-20.0-34.0: one folder for each setting. What else differs from
    # the set of the first hour is a hash at the end.
    content = list(settings.to_dict().values())
    values = [VERSION, *content[:3], *settings.seconds]
    if len(content) > 4:
        others = json.dumps(settings.to_dict()).encode()
        values.append(hashlib.sha256(others).hexdigest()[:8])
    return cache_folder() / "-".join(["scenes", *map(str, values)])


def embedded_root(settings=None, workers=2):
    """Returns the folder of the rendered videos, in UCF-Crime's layout.

    They are rendered on first use, in a second or so for each on one core, and are kept in
    the cache folder. An interrupted rendering resumes.

    Args:
        settings: `SceneSet`, or `None` for the default size. Defaults to `None`.
        workers: int. Processes that render. Defaults to `2`.
    """
    settings = settings or SceneSet()
    root = embedded_folder(settings)
    # The list of the training videos is written last.
    if not (root / "Anomaly_Train.txt").is_file():
        with timed("Rendering"):
            write_data_set(root, settings, workers)
    return root


def embedded_features(root):
    """Returns the folder below `root` with the features of its videos.

    They are extracted on first use; an interrupted extraction resumes.

    Args:
        root: path, as `embedded_root` returns it.

    Raises:
        DataError: a video cannot be read.
    """
    from keras_wsad.backbones import open_backbone
    from keras_wsad.backbones.compact import PACKAGED
    from keras_wsad.backbones.open_backbone import weights_identity
    from keras_wsad.features.extract_videos import extract_videos
    from keras_wsad.video import find_videos

    videos = find_videos([root])
    # Other weights, other features: a folder for each.
    folder = root / f"compact-{weights_identity(PACKAGED).partition(':')[2][:8]}"
    features = [folder / f"{name}{end}" for name in videos for end in (".npy", ".json")]
    if all(path.is_file() for path in features):
        # Opening the backbone takes longer than reading all features in a second run.
        return folder
    missing = len({path.stem for path in features if not path.is_file()})
    _logger.info(
        "Extracting features of %d videos into %s: about %d min on two cores",
        missing,
        folder,
        math.ceil(missing * _SECONDS_PER_VIDEO / 60),
    )
    with locked(root / ".lock", wait=True), timed("Extraction"):
        backbone = open_backbone("compact")
        # What is done is passed over.
        report = extract_videos(videos, folder, backbone, Extraction.of(backbone))
    if report.failed:
        raise DataError(
            f"{root}: expected videos that can be read. Found {len(report.failed)} "
            f"that cannot: {report.failed}. Delete the folder: it is rendered anew."
        )
    return folder


def example_video():
    """Returns the path of a test video of the embedded data set, one with an event."""
    root = embedded_root()
    first = (root / "Anomaly_Test.txt").read_text(encoding="utf-8").partition("\n")[0]
    return root / first
