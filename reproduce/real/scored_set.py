import dataclasses

import numpy as np

from keras_wsad.data import UCFCrime
from keras_wsad.errors import DataError
from keras_wsad.progress import track
from keras_wsad.video import find_videos

_OUTPUTS = ("segment_scores", "class_probabilities")


@dataclasses.dataclass(frozen=True, kw_only=True)
class ScoredSet:
    """Real videos with the scores of the runs of some systems.

    Attributes:
        videos: list of `Video` with their frames as decoded.
        is_located: bool array `(videos,)`. Whose events are known: those of test videos
            are, and normal ones have none.
        systems: dict from a name to a list with the scores of each run, dicts of
            `segment_scores` `(videos, segments)` and `class_probabilities`
            `(videos, classes)`.
    """

    videos: list
    is_located: np.ndarray
    systems: dict


def known_videos(paths, root):
    """Returns the videos below some paths with what is known of them.

    Args:
        paths: list of str, files or folders.
        root: str or path. A folder in UCF-Crime's layout: labels are those of its lists,
            and events those of its annotation.

    Returns:
        A dict from the path of a video to `(video, is_located)`: a `Video` without its
        number of frames, and whether its events are known, as in test videos and in
        normal ones.

    Raises:
        DataError: a video is in no list.
    """
    dataset = UCFCrime(root)
    known = {video.name: (video, not video.is_anomalous) for video in dataset.train}
    known |= {video.name: (video, True) for video in dataset.test}
    found = find_videos(paths)
    for name, path in found.items():
        if name not in known:
            raise DataError(f"{path}: expected a video of the lists in {root}.")
    return {path: known[name] for name, path in found.items()}


def score_set(folder, root, models):
    """Predicts the videos in a folder.

    Args:
        folder: str or path.
        root: str or path, see `known_videos`.
        models: dict from the name of a system to its run folders.

    Returns:
        A `ScoredSet`.

    Raises:
        DataError: a video is in no list.
    """
    from keras_wsad.inference import load

    known = known_videos([folder], root)
    systems = {}
    for name, runs in models.items():
        scored = [_score_videos(known, load(run)) for run in runs]
        systems[name] = [scores for _, scores in scored]
    located = np.array([is_located for _, is_located in known.values()])
    return ScoredSet(videos=scored[0][0], is_located=located, systems=systems)


def pool_sets(sets):
    """Returns several `ScoredSet` of the same runs as one.

    Args:
        sets: list of `ScoredSet`.
    """
    systems = {}
    for name in sets[0].systems:
        of_runs = zip(*(of_set.systems[name] for of_set in sets), strict=True)
        systems[name] = [
            {
                output: np.concatenate([part[output] for part in parts])
                for output in _OUTPUTS
            }
            for parts in of_runs
        ]
    return ScoredSet(
        videos=[video for of_set in sets for video in of_set.videos],
        is_located=np.concatenate([of_set.is_located for of_set in sets]),
        systems=systems,
    )


def _score_videos(known, predictor):
    videos, predictions = [], []
    for path, (video, _) in track(known.items(), "videos", len(known)):
        predictions.append(predictor.predict_video(path))
        videos.append(dataclasses.replace(video, num_frames=predictions[-1].num_frames))
    return videos, {
        name: np.stack([getattr(prediction, name) for prediction in predictions])
        for name in _OUTPUTS
    }
