"""Segment features of a whole data set, cached as memory-mapped arrays."""

import collections
import dataclasses
import hashlib
import json
import pathlib
import re

import numpy as np

from keras_wsad.errors import DataError
from keras_wsad.errors import FeatureFileError
from keras_wsad.features.formats import FEATURE_SUFFIXES
from keras_wsad.features.formats import crop_number
from keras_wsad.features.formats import read_crops
from keras_wsad.features.formats import read_features
from keras_wsad.features.problems import KEPT
from keras_wsad.features.problems import LEFT_OUT
from keras_wsad.features.problems import RESAMPLED
from keras_wsad.features.problems import FeatureProblem
from keras_wsad.features.segments import normalize_clips
from keras_wsad.features.segments import pool_segments
from keras_wsad.files import atomic_path
from keras_wsad.files import cache_folder
from keras_wsad.files import index_files
from keras_wsad.files import write_json
from keras_wsad.progress import track

# Raised whenever the meaning of a cached array changes.
_VERSION = 1

# Text files hold one row per segment, and those of UCF-Crime 32 of them: another number
# is a fault of their making. In the other formats rows are clips, and any number is right.
_TEXT_ROWS = 32


class FeatureStore:
    """The segment features of many videos, as memory-mapped arrays.

    Open one with `open_store`. A row is one crop of one video.

    Attributes:
        features: float32 array of shape `(rows, segments, features)`.
        normalized_features: the same, from clips of unit L2 norm.
        videos: dict from video name to its rows, a `range` of one row per crop.
        problems: list of `FeatureProblem`, in the order of the videos.
        identical: list of lists of names, videos whose features are equal to the bit.
        reused: bool. Whether the arrays were found in the cache.
    """

    def __init__(self, folder, reused):
        content = json.loads((folder / "store.json").read_text(encoding="utf-8"))
        shape = tuple(content["shape"])
        self.features = np.memmap(folder / "features.bin", np.float32, "r", shape=shape)
        self.normalized_features = np.memmap(
            folder / "normalized_features.bin", np.float32, "r", shape=shape
        )
        self.videos = {
            name: range(first, first + crops) for name, first, crops in content["videos"]
        }
        self.problems = [FeatureProblem(**problem) for problem in content["problems"]]
        self.identical = content["identical"]
        self.folder = folder
        self.reused = reused

    @property
    def feature_dim(self):
        """Features of a segment, n."""
        return self.features.shape[-1]


def open_store(folder, names, num_segments=32, reduce="max", alignment="aligned"):
    """Finds, reads, pools and caches the features of the named videos.

    What was read is kept as two arrays in the cache folder, under a key made of the
    files' paths, sizes and times and of the options: the second call maps them into
    memory at once, and a changed file is noticed. No file is ever an error here; what was
    left out or resampled stands in `FeatureStore.problems`.

    Args:
        folder: str or path. Features are found anywhere below it, by video name.
        names: list of str. The videos to look for.
        num_segments: int. Segments per video, T. Defaults to `32`.
        reduce: `"max"` or `"mean"`. Defaults to `"max"`.
        alignment: `"aligned"` or `"release"`. Defaults to `"aligned"`.

    Returns:
        A `FeatureStore`.

    Raises:
        DataError: no file can be used, or a video has features in two places.
    """
    folder = pathlib.Path(folder)
    files = find_feature_files(folder, names)
    options = {"num_segments": num_segments, "reduce": reduce, "alignment": alignment}
    key = _key(files, names, options)
    place = _digest(str(folder.resolve()), options)[:12]
    target = cache_folder() / "features" / f"{folder.resolve().name}-{place}"
    if _key_of(target) == key:
        return FeatureStore(target, reused=True)
    with atomic_path(target) as temporary:
        temporary.mkdir()
        content = _fill(temporary, folder, names, files, options)
        write_json(temporary / "store.json", {"key": key, **content})
    return FeatureStore(target, reused=False)


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
        if dot + suffix in FEATURE_SUFFIXES:
            name = _matching_name(stem, wanted)
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
        paths.sort()
    return dict(found)


def _matching_name(stem, names):
    """Returns the longest name that `stem` is, or begins with before a `.`, `_` or `-`."""
    while stem and stem not in names:
        stem = re.sub(r"[._-]?[^._-]*$", "", stem)
    return stem or None


def _fill(temporary, folder, names, files, options):
    """Reads every file once and appends it to the two arrays; memory stays bounded."""
    width = _usual_width(files)
    problems, videos, digests = [], [], collections.defaultdict(list)
    rows = 0
    with (
        open(temporary / "features.bin", "wb") as features_file,
        open(temporary / "normalized_features.bin", "wb") as normalized_file,
    ):
        for name in track(names, "Reading features"):
            paths = files.get(name, [])
            path = str(paths[0]) if paths else ""
            try:
                clips = _read(name, paths)
                if clips.shape[-1] != width:
                    problem = f"{clips.shape[-1]} features where most files have {width}"
                    raise FeatureFileError(path, problem)
            except FeatureFileError as error:
                problems.append(FeatureProblem(name, path, error.problem, LEFT_OUT))
                continue
            problems += _oddities(name, path, clips)
            segments = np.ascontiguousarray(pool_segments(clips, **options))
            normalized = pool_segments(normalize_clips(clips), **options)
            features_file.write(segments.tobytes())
            normalized_file.write(normalized.tobytes())
            digests[hashlib.sha256(clips.tobytes()).hexdigest()].append(name)
            videos.append([name, rows, len(clips)])
            rows += len(clips)
    if not rows:
        kinds = sorted({problem.problem for problem in problems})[:3]
        raise DataError(
            f"{folder}: expected features of {len(names)} videos ({names[0]}, ...) in "
            f"files {', '.join(FEATURE_SUFFIXES)}. Found none that can be used "
            f"({'; '.join(kinds)})."
        )
    return {
        "shape": [rows, options["num_segments"], width],
        "videos": videos,
        "problems": [dataclasses.asdict(problem) for problem in problems],
        "identical": [group for group in digests.values() if len(group) > 1],
    }


def _read(name, paths):
    if not paths:
        raise FeatureFileError(name, "no feature file")
    if crop_number(paths[0]) is None:
        return read_features(paths[0])
    numbers = [crop_number(path) for path in paths]
    if numbers != list(range(len(paths))):
        raise FeatureFileError(paths[0], f"a crop is missing: found {numbers}")
    return read_crops(paths)


def _usual_width(files, sample=15):
    """Returns the width most files have, judged by some of them, evenly spread."""
    widths = collections.Counter()
    everywhere = list(files.values())
    stride = max(len(everywhere) // sample, 1)
    for start in range(0, len(everywhere), stride):
        # A file that cannot be read does not count: the next one stands for it.
        for paths in everywhere[start : start + stride]:
            try:
                widths[read_features(paths[0]).shape[-1]] += 1
                break
            except FeatureFileError:
                continue
    return widths.most_common(1)[0][0] if widths else 0


def _oddities(name, path, clips):
    """Lists what is odd about features that are used all the same."""
    if path.endswith(".txt") and clips.shape[1] != _TEXT_ROWS:
        problem = f"{clips.shape[1]} rows where {_TEXT_ROWS} were expected"
        yield FeatureProblem(name, path, problem, RESAMPLED)
    if not clips.any(axis=-1).all():
        yield FeatureProblem(name, path, "all-zero rows", KEPT)


def _key(files, names, options):
    stats = [
        (str(path.resolve()), path.stat().st_size, path.stat().st_mtime_ns)
        for name in sorted(files)
        for path in files[name]
    ]
    return _digest(_VERSION, list(names), stats, options)


def _digest(*parts):
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


def _key_of(folder):
    """Returns the key of a cached store, or `None` if there is no whole one."""
    try:
        return json.loads((folder / "store.json").read_text(encoding="utf-8"))["key"]
    except (OSError, ValueError, KeyError):
        return None
