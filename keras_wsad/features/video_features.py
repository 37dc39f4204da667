import dataclasses

import numpy as np

from keras_wsad.features.extraction import Extraction
from keras_wsad.features.formats import read_files
from keras_wsad.features.sidecar import Sidecar
from keras_wsad.features.sidecar import sidecar_path


@dataclasses.dataclass(frozen=True, kw_only=True)
class VideoFeatures:
    """The clip features of a video and how they were made, extracted or read.

    Without a sidecar, all that is known of a feature file is its features.

    Attributes:
        features: float32 array of shape `(crops, K, features)`.
        extraction: `Extraction`, or `None` if unknown.
        num_frames: int. Frames of the video, as decoded; `None` if unknown.
        fps: float. Mean frames per second; `None` if unknown.
        damage: str or `None`. Damage of a video that still decodes in part.
        starts: int array of shape `(K,)`, the frame at which each clip begins; `None` for
            features from a file.
    """

    features: np.ndarray
    extraction: Extraction | None = None
    num_frames: int | None = None
    fps: float | None = None
    damage: str | None = None
    starts: np.ndarray | None = None


def read_video_features(paths):
    """Reads the features of a video together with its sidecar, if it has one.

    Args:
        paths: list of paths, as `feature_files` returns them.

    Returns:
        A `VideoFeatures`.

    Raises:
        FeatureFileError: a file cannot be used, or does not match the sidecar.
        DataError: the sidecar is incomplete, or says what cannot be.
    """
    features = read_files(paths)
    sidecar = Sidecar.read(sidecar_path(paths[0]))
    if sidecar is None:
        return VideoFeatures(features=features)
    sidecar.check_matches(features, paths[0])
    return VideoFeatures(
        features=features,
        extraction=sidecar.extraction,
        num_frames=sidecar.num_frames,
        fps=sidecar.fps,
        damage=sidecar.damage,
    )
