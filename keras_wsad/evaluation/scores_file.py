"""`scores.npz` of a run: what its system gave for the test videos."""

import numpy as np

from keras_wsad.alignment import ALIGNMENTS
from keras_wsad.alignment import frames_per_segment
from keras_wsad.arrays import read_npz
from keras_wsad.errors import RunError
from keras_wsad.files import atomic_path


def save_scores(path, videos, scores):
    """Writes the outputs of a system, atomically, as `.npz` without pickles.

    Beside them, for each alignment, `frames_ALIGNMENT` of shape `(videos, segments, 2)`:
    how many anomalous and how many normal frames a segment has.

    Args:
        path: path.
        videos: list of `Video` with known frame counts.
        scores: dict of arrays, the first axis the videos.
    """
    names = np.array([video.name for video in videos])
    num_segments = scores["segment_scores"].shape[1]
    frames = {
        f"frames_{alignment}": np.stack(
            frames_per_segment(videos, num_segments, alignment), axis=-1
        )
        for alignment in ALIGNMENTS
    }
    with atomic_path(path) as temporary, open(temporary, "wb") as file:
        np.savez_compressed(file, names=names, **scores, **frames)


def load_scores(path):
    """Reads what `save_scores` has written.

    Returns:
        `(names, scores)`: a list of str, and a dict of arrays, the first axis the videos.

    Raises:
        RunError: the file is absent or damaged.
    """
    try:
        scores = read_npz(path)
        return scores.pop("names").tolist(), scores
    except (OSError, ValueError, KeyError) as error:
        raise RunError(f"{path}: not the scores of a run ({error}).") from error
