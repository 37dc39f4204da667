"""Reads the feature files of a data set into the arrays of a `FeatureStore`."""

import collections
import dataclasses
import hashlib
import json
import os

import numpy as np

from keras_wsad.errors import DataError
from keras_wsad.errors import FeatureFileError
from keras_wsad.features.formats import FEATURE_SUFFIXES
from keras_wsad.features.formats import read_features
from keras_wsad.features.problems import KEPT
from keras_wsad.features.problems import LEFT_OUT
from keras_wsad.features.problems import RESAMPLED
from keras_wsad.features.problems import FeatureProblem
from keras_wsad.features.segments import normalize_clips
from keras_wsad.features.segments import pool_segments
from keras_wsad.features.sidecar import common_extraction
from keras_wsad.features.video_features import read_video_features
from keras_wsad.progress import track

#: Raised whenever the meaning of a cached array changes, and then alone: runs remember the
#: content key of their features. A store of another layout is rebuilt.
VERSION = 4
#: The files of features and of normalised features.
ARRAYS = ("features.bin", "normalized_features.bin")


def fill_store(temporary, folder, names, files, options):
    """Reads every file once and appends it to the two arrays; memory stays bounded.

    Args:
        temporary: path. The folder in which `ARRAYS` are written.
        folder: path. The folder of all features.
        names: list of str, the videos in the order of the rows.
        files: dict from name to its paths, as `find_feature_files` returns it.
        options: dict, the arguments of `pool_segments`.

    Returns:
        A dict for JSON, what `store.json` says besides its key.

    Raises:
        DataError: no file can be used.
    """
    extraction = common_extraction(paths[0] for paths in files.values())
    width, text_rows = _usual_shape(files)
    problems, videos, digests = [], [], collections.defaultdict(list)
    rows, transient = 0, False
    with (
        open(temporary / ARRAYS[0], "wb") as features_file,
        open(temporary / ARRAYS[1], "wb") as normalized_file,
    ):
        for name in track(names, "Reading features"):
            paths = files.get(name, [])
            path = str(paths[0]) if paths else ""
            try:
                if not paths:
                    raise FeatureFileError(name, "no feature file")
                video = read_video_features(paths)
                clips = video.features
                if clips.shape[-1] != width:
                    problem = f"{clips.shape[-1]} features where most files have {width}"
                    raise FeatureFileError(path, problem)
            except FeatureFileError as error:
                problems.append(FeatureProblem(name, path, error.problem, LEFT_OUT))
                transient |= bool(getattr(error.__cause__, "errno", None))
                continue
            problems += _oddities(name, path, clips, text_rows)
            if extraction and not video.extraction:
                problem = "of unknown origin: no sidecar, where others have one"
                problems.append(FeatureProblem(name, path, problem, KEPT))
            segments = np.ascontiguousarray(pool_segments(clips, **options))
            normalized = pool_segments(normalize_clips(clips), **options)
            features_file.write(segments.tobytes())
            normalized_file.write(normalized.tobytes())
            digest = hashlib.sha256(clips.tobytes()).hexdigest()
            digests[digest].append(name)
            norm = float(np.linalg.norm(clips, axis=-1).mean(dtype=np.float64))
            source = os.path.relpath(paths[0].parent, folder)
            videos.append([name, rows, *clips.shape[:2], norm, source])
            rows += len(clips)
    if not rows:
        kinds = sorted({problem.problem for problem in problems})[:3]
        raise DataError(
            f"{folder}: expected features of {len(names)} videos in "
            f"files {', '.join(FEATURE_SUFFIXES)}. Found none that can be used "
            f"({'; '.join(kinds)})."
        )
    read = [(name, digest) for digest, group in digests.items() for name in group]
    return {
        "content_key": digest_of(VERSION, sorted(read), options),
        "transient": transient,
        "extraction": extraction and extraction.to_dict(),
        "shape": [rows, options["num_segments"], width],
        "videos": videos,
        "problems": [dataclasses.asdict(problem) for problem in problems],
        "folders": sorted({part for paths in files.values() for part in _folders(paths)}),
        "identical": [group for group in digests.values() if len(group) > 1],
    }


def _usual_shape(files, sample=15):
    """Estimates the usual shape from some files, evenly spread.

    Returns:
        `(width, text_rows)`: the features of a row, and the rows of a text file, or `None`
        where text files have no usual number of rows.
    """
    widths, text_rows = collections.Counter(), collections.Counter()
    everywhere = list(files.values())
    stride = max(len(everywhere) // sample, 1)
    for start in range(0, len(everywhere), stride):
        # A file that cannot be read is replaced by the next one.
        for paths in everywhere[start : start + stride]:
            try:
                _, rows, width = read_features(paths[0]).shape
            except FeatureFileError:
                continue
            widths[width] += 1
            if paths[0].suffix == ".txt":
                text_rows[rows] += 1
            break
    if not widths:
        return 0, None
    rows, count = text_rows.most_common(1)[0] if text_rows else (None, 0)
    return widths.most_common(1)[0][0], rows if 2 * count > text_rows.total() else None


def _oddities(name, path, clips, text_rows):
    """Yields problems of features that are used nevertheless."""
    # Text files mostly hold one row per segment, 32 in UCF-Crime's: then another number is
    # an error. In other formats rows are clips, and any number is right.
    if path.endswith(".txt") and clips.shape[1] != (text_rows or clips.shape[1]):
        problem = f"{clips.shape[1]} rows where most files have {text_rows}"
        yield FeatureProblem(name, path, problem, RESAMPLED)
    if not clips.any(axis=-1).all():
        yield FeatureProblem(name, path, "all-zero rows", KEPT)


def _folders(paths):
    return paths[0].resolve().parent.parts


def digest_of(*parts):
    """Returns a hash of what JSON can hold."""
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()
