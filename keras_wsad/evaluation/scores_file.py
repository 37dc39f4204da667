"""The scores of the test videos, kept beside a run's metrics."""

import zipfile

import numpy as np

from keras_wsad.errors import RunError
from keras_wsad.files import atomic_path


def save_scores(path, videos, scores):
    """Writes the outputs of a system, atomically, as `.npz` without pickles.

    Args:
        path: path.
        videos: list of `Video`.
        scores: dict of arrays, the first axis the videos.
    """
    names = np.array([video.name for video in videos])
    with atomic_path(path) as temporary, open(temporary, "wb") as file:
        np.savez_compressed(file, names=names, **scores)


def load_scores(path):
    """Reads what `save_scores` has written.

    Returns:
        `(names, scores)`: a list of str and a dict of arrays.

    Raises:
        RunError: the file is absent or damaged.
    """
    try:
        with np.load(path, allow_pickle=False) as content:
            scores = {name: content[name] for name in content.files}
        return scores.pop("names").tolist(), scores
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
        raise RunError(f"{path}: not the scores of a run ({error}).") from error
