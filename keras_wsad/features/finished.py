"""Plans an extraction: videos that are done, and features that conflict with it."""

import collections
import dataclasses
import hashlib
import os
import pathlib

from keras_wsad.errors import ConfigError
from keras_wsad.errors import DataError
from keras_wsad.errors import VideoError
from keras_wsad.features.extraction import differences
from keras_wsad.features.feature_files import are_whole
from keras_wsad.features.feature_files import file_names
from keras_wsad.features.feature_files import files_of
from keras_wsad.features.formats import crop_number
from keras_wsad.features.sidecar import Sidecar
from keras_wsad.files import check_regular
from keras_wsad.files import checked_name


@dataclasses.dataclass(frozen=True)
class ExtractionPlan:
    """The plan of an extraction.

    Attributes:
        todo: dict from name to path of the videos to extract.
        done: list of names whose features are there.
        changed: list of names in `todo` whose features belong to an earlier version of the
            video.
        missing: list of names whose video does not exist, nor its features.
        impossible: dict from name to why its features cannot be named.
        damaged: dict from name to the damage of a video that is done.
    """

    todo: dict = dataclasses.field(default_factory=dict)
    done: list = dataclasses.field(default_factory=list)
    changed: list = dataclasses.field(default_factory=list)
    missing: list = dataclasses.field(default_factory=list)
    impossible: dict = dataclasses.field(default_factory=dict)
    damaged: dict = dataclasses.field(default_factory=dict)


def plan_videos(videos, out, extraction, dtype, overwrite=False):
    """Compares the features in a folder with the requested extraction.

    Args:
        videos: dict from name to path.
        out: path. The folder.
        extraction: `Extraction` that is wanted.
        dtype: str. The dtype that is wanted.
        overwrite: bool. Whether to replace features of the videos with other settings.
            Defaults to `False`.

    Returns:
        An `ExtractionPlan`.

    Raises:
        ConfigError: there are features with other settings or of unknown origin. Those of
            other videos count too, and are never replaced.
    """
    plan, obstacles = ExtractionPlan(), collections.defaultdict(list)
    for name, path in videos.items():
        try:
            checked_name(name)
        except DataError as error:
            plan.impossible[name] = f"{path}: {error}"
            continue
        target = out / f"{name}.json"
        try:
            sidecar = Sidecar.read(target)
        except DataError:
            sidecar = None
        if any(crop_number(file) is not None for file in file_names(name, 1)):
            plan.impossible[name] = (
                f"{path}: expected a name without a crop's number at its end. Rename it"
            )
        elif sidecar is None:
            there = [*sorted(files_of(out, name)), *([target] if target.exists() else [])]
            if there:
                obstacles["features of unknown origin"].append(there[0])
            plan.todo[name] = path
        elif other := _other_settings(sidecar, extraction, dtype):
            obstacles["features made with other settings: " + other].append(target)
            plan.todo[name] = path
        elif not are_whole(out, name, sidecar):
            plan.todo[name] = path
        elif not _is_same(path, sidecar.video):
            plan.todo[name] = path
            plan.changed.append(name)
        else:
            plan.done.append(name)
            if sidecar.damage:
                plan.damaged[name] = sidecar.damage
    advice = "Choose another --out, or --overwrite them"
    if overwrite:
        obstacles.clear()
        advice = "Extract those videos in the same call, or choose another --out"
    for path in sorted(out.glob("*.json")):
        if path.stem not in videos:
            sidecar = Sidecar.read(path)
            if sidecar and (other := _other_settings(sidecar, extraction, sidecar.dtype)):
                obstacles["features made with other settings: " + other].append(path)
    if obstacles:
        listed = "; ".join(
            f"{kind}, {len(paths)} such as {paths[0].name}"
            for kind, paths in obstacles.items()
        )
        raise ConfigError(f"{out}: found {listed}. {advice}")
    plan.missing.extend(name for name in plan.todo if not os.path.exists(plan.todo[name]))
    for name in plan.missing:
        del plan.todo[name]
    return plan


def _other_settings(sidecar, extraction, dtype):
    other = differences(extraction, sidecar.extraction)
    if sidecar.dtype != dtype:
        other.append(f"dtype {dtype} (was {sidecar.dtype})")
    return ", ".join(other)


def source_of(path):
    """Returns what identifies the current version of a video file.

    Raises:
        VideoError: there is no such file, or it is not a regular one.
    """
    path = pathlib.Path(path)
    try:
        check_regular(path)
        with open(path, "rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        state = path.stat()
    except OSError as error:
        raise VideoError(f"{path}: expected a video. {error.strerror}") from error
    return {
        "file": path.name,
        "size": state.st_size,
        "mtime_ns": state.st_mtime_ns,
        "sha256": digest,
    }


def _is_same(path, source):
    try:
        state = path.stat()
    except OSError:
        # The video was deleted, but not its features.
        return True
    if state.st_size != source["size"]:
        return False
    if state.st_mtime_ns == source["mtime_ns"]:
        return True
    # A copy, perhaps.
    return source_of(path)["sha256"] == source["sha256"]
