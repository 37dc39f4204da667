"""Segment features of a whole data set, cached as memory-mapped arrays."""

import contextlib
import os
import pathlib
import shutil
import tempfile
import time

import numpy as np

from keras_wsad.features.extraction import Extraction
from keras_wsad.features.fill_store import ARRAYS
from keras_wsad.features.fill_store import VERSION
from keras_wsad.features.fill_store import digest_of
from keras_wsad.features.fill_store import fill_store
from keras_wsad.features.find import find_feature_files
from keras_wsad.features.problems import FeatureProblem
from keras_wsad.features.sidecar import sidecar_path
from keras_wsad.files import PARTIAL
from keras_wsad.files import cache_folder
from keras_wsad.files import read_json
from keras_wsad.files import sync
from keras_wsad.files import write_json


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
            _map(folder / name, shape) for name in ARRAYS
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
    place = f"{folder.resolve().name}-{digest_of(str(folder.resolve()), options)[:12]}"
    target = cache_folder() / "features" / f"{place}-{key[:12]}"
    try:
        return FeatureStore(target, key, reused=True)
    except (OSError, ValueError, KeyError, TypeError):
        # Absent or damaged: it is rebuilt.
        pass
    target.parent.mkdir(parents=True, exist_ok=True)
    workspace = pathlib.Path(tempfile.mkdtemp(prefix=PARTIAL, dir=target.parent))
    try:
        content = fill_store(workspace, folder, names, files, options)
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
    return digest_of(VERSION, list(names), states, options)
