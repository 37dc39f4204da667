"""Finds the feature files of videos by name."""

import collections
import re
import unicodedata

from keras_wsad.errors import DataError
from keras_wsad.features.formats import FEATURE_SUFFIXES
from keras_wsad.features.formats import crop_number
from keras_wsad.files import index_files


def find_feature_files(folder, names):
    """Finds each video's feature file, or its files of one crop each.

    A file belongs to a video when its name is the video's, alone or followed by a crop
    number or by a part of its own (`Abuse001_x264_i3d.npy`, `Abuse001_x264.mp4.h5`).

    Args:
        folder: path. Searched with all folders below it.
        names: list of str. Video names.

    Returns:
        A dict from video name to a list of paths, a list of one or one per crop.

    Raises:
        DataError: a video has features in two places.
    """
    wanted = set(names)
    found = collections.defaultdict(list)
    for file_name, paths in index_files(folder).items():
        stem, dot, suffix = file_name.rpartition(".")
        if (dot + suffix).lower() in FEATURE_SUFFIXES:
            # Some file systems store accents as two characters.
            name = _matching_name(unicodedata.normalize("NFC", stem), wanted)
            if name is not None:
                found[name] += paths
    for name, paths in found.items():
        crops = [crop_number(path) for path in paths]
        if len(paths) > 1 and (None in crops or len(set(crops)) < len(crops)):
            listed = ", ".join(str(path) for path in sorted(paths)[:3])
            raise DataError(
                f"{folder}: expected the features of {name} in one place; name the "
                f"folder to use with --features. Found {listed}"
            )
        paths.sort(key=lambda path: (crop_number(path), path))
    return dict(found)


def _matching_name(stem, names):
    """Returns the longest name that `stem` is, or begins with before a `.`, `_` or `-`."""
    while stem and stem not in names:
        stem = re.sub(r"[._-]?[^._-]*$", "", stem)
    return stem or None
