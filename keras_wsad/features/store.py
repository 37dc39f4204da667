"""Segment features of a whole data set, cached as memory-mapped arrays."""

import collections
import contextlib
import dataclasses
import hashlib
import json
import os
import pathlib
import shutil
import tempfile
import time

import numpy as np

from keras_wsad.errors import DataError
from keras_wsad.errors import FeatureFileError
from keras_wsad.features.extraction import Extraction
from keras_wsad.features.find import find_feature_files
from keras_wsad.features.formats import FEATURE_SUFFIXES
from keras_wsad.features.formats import read_features
from keras_wsad.features.problems import KEPT
from keras_wsad.features.problems import LEFT_OUT
from keras_wsad.features.problems import RESAMPLED
from keras_wsad.features.problems import FeatureProblem
from keras_wsad.features.segments import normalize_clips
from keras_wsad.features.segments import pool_segments
from keras_wsad.features.sidecar import common_extraction
from keras_wsad.features.sidecar import sidecar_path
from keras_wsad.features.video_features import read_video_features
from keras_wsad.files import PARTIAL
from keras_wsad.files import cache_folder
from keras_wsad.files import read_json
from keras_wsad.files import sync
from keras_wsad.files import write_json
from keras_wsad.progress import track

# Raised whenever the meaning of a cached array changes, and then alone: runs remember the
# content key of their features. A store of another layout is rebuilt.
_VERSION = 4

_ARRAYS = ("features.bin", "normalized_features.bin")


class FeatureStore:
    """The segment features of many videos, as memory-mapped arrays.

    Open one with `open_store`. A row is one crop of one video.

    Args:
        folder: path. A cached store.
        key: str. The key that it must have.
        reused: bool. Whether it was there before.

    Attributes:
        features: float32 array of shape `(rows, segments, features)`.
        normalized_features: the same, from clips of unit L2 norm.
        videos: dict from video name to its rows, a `range` of one row per crop.
        num_clips: dict from video name to its clips, K.
        norms: dict from video name to the mean L2 norm of its clips.
        sources: dict from video name to the folder of its file, relative to that of all.
        problems: list of `FeatureProblem`, in the order of the videos.
        identical: list of lists of names, videos whose features are equal to the bit.
        folders: list of the names of all parent folders of the files.
        extraction: `Extraction`, how the features were made; `None` where no sidecar says.
        key: str. Changes with the files, their places and times, and the options.
        content_key: str. Changes with the features that were read and the options alone:
            the same on every machine.
        reused: bool. Whether the arrays were found in the cache.

    Raises:
        OSError, ValueError, KeyError, TypeError: the store is absent, damaged, or has
            another key.
    """

    def __init__(self, folder, key, reused):
        content = read_json(folder / "store.json", most_bytes=2**28)
        if content["key"] != key:
            raise ValueError("Expected the store of these files. Found another.")
        shape = tuple(content["shape"])
        self.features, self.normalized_features = (
            _map(folder / name, shape) for name in _ARRAYS
        )
        self.videos, self.num_clips, self.norms, self.sources = {}, {}, {}, {}
        for name, first, crops, num_clips, norm, source in content["videos"]:
            self.videos[name] = range(first, first + crops)
            self.num_clips[name] = num_clips
            self.norms[name] = norm
            self.sources[name] = source
        self.problems = [FeatureProblem(**problem) for problem in content["problems"]]
        self.identical = content["identical"]
        self.folders = content["folders"]
        extraction = content["extraction"]
        self.extraction = None if extraction is None else Extraction.from_dict(extraction)
        self.key = key
        self.content_key = content["content_key"]
        self.folder = folder
        self.reused = reused

    @property
    def feature_dim(self):
        """Features of a segment, n."""
        return self.features.shape[-1]


def open_store(folder, names, num_segments=32, reduce="max", alignment="aligned"):
    """Finds, reads, pools and caches the features of the named videos.

    The features are kept as two arrays in the cache folder, under a hash of the paths,
    sizes and times of the files and their sidecars, and of the options: a second call maps
    them into memory, unless a file has changed. A bad feature file never raises here;
    `FeatureStore.problems` lists what was left out or resampled.

    Args:
        folder: str or path. Features are found anywhere below it, by video name.
        names: list of str. The videos to look for.
        num_segments: int. Segments per video, T. Defaults to `32`.
        reduce: `"max"` or `"mean"`. Defaults to `"max"`.
        alignment: `"aligned"` or `"release"`. Defaults to `"aligned"`.

    Returns:
        A `FeatureStore`.

    Raises:
        DataError: no file can be used, a video has features in two places, or sidecars say
            that features were made in different ways.
    """
    folder = pathlib.Path(folder)
    files = find_feature_files(folder, names)
    options = {"num_segments": num_segments, "reduce": reduce, "alignment": alignment}
    key = _key(files, names, options)
    place = f"{folder.resolve().name}-{_digest(str(folder.resolve()), options)[:12]}"
    target = cache_folder() / "features" / f"{place}-{key[:12]}"
    try:
        return FeatureStore(target, key, reused=True)
    except (OSError, ValueError, KeyError, TypeError):
        # Absent or damaged: it is rebuilt.
        pass
    target.parent.mkdir(parents=True, exist_ok=True)
    workspace = pathlib.Path(tempfile.mkdtemp(prefix=PARTIAL, dir=target.parent))
    try:
        content = _fill(workspace, folder, names, files, options)
        # The key says nothing of the arrays: zeros after a power failure would be used.
        sync(workspace)
        write_json(workspace / "store.json", {"key": key, **content})
        store = _publish(workspace, target, key)
    finally:
        shutil.rmtree(workspace, ignore_errors=True)
    _remove_outdated(target, place)
    if content["transient"]:
        # A file that failed for an external reason may be readable next time.
        (target / "store.json").unlink(missing_ok=True)
    return store


def _publish(workspace, target, key):
    """Moves a store into the cache, unless another process was faster."""
    problem = None
    for _ in range(2):
        try:
            os.rename(workspace, target)
        except OSError as error:
            problem = error
            # There is one already: from another process, or damaged.
            try:
                return FeatureStore(target, key, reused=False)
            except (OSError, ValueError, KeyError, TypeError):
                shutil.rmtree(target, ignore_errors=True)
                with contextlib.suppress(OSError):
                    # It may be a file or a link.
                    target.unlink()
        else:
            return FeatureStore(target, key, reused=False)
    raise problem


def _remove_outdated(target, place, seconds=3600):
    """Removes stores of earlier versions of the files, and leftovers of kills."""
    old = [path for path in target.parent.glob(f"{place}-*") if path != target]
    for path in [*old, *target.parent.glob(f"{PARTIAL}*")]:
        # A younger one may be in use or being written.
        with contextlib.suppress(OSError):
            if time.time() - path.stat().st_mtime > seconds:
                shutil.rmtree(path, ignore_errors=True)


def _fill(temporary, folder, names, files, options):
    """Reads every file once and appends it to the two arrays; memory stays bounded."""
    extraction = common_extraction(paths[0] for paths in files.values())
    width, text_rows = _usual_shape(files)
    problems, videos, digests = [], [], collections.defaultdict(list)
    rows, transient = 0, False
    with (
        open(temporary / _ARRAYS[0], "wb") as features_file,
        open(temporary / _ARRAYS[1], "wb") as normalized_file,
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
        "content_key": _digest(_VERSION, sorted(read), options),
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


def _map(path, shape):
    array = np.memmap(path, np.float32, "r")
    return array.reshape(shape)


def _key(files, names, options):
    def state(path):
        try:
            stat = path.stat()
        except OSError:
            # A broken link, which reading reports; or no sidecar.
            return None
        return stat.st_size, stat.st_mtime_ns

    states = [
        (str(path.absolute()), state(path))
        for name in sorted(files)
        for path in (*files[name], sidecar_path(files[name][0]))
    ]
    return _digest(_VERSION, list(names), states, options)


def _digest(*parts):
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()
