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


@dataclasses.dataclass(frozen=True, kw_only=True)
class ExtractionReport:
    """Result of an extraction, by video.

    Attributes:
        extracted: list of names.
        done_before: list of names, whose features were there with the same settings.
        changed: list of names among those extracted, whose video had changed.
        missing: list of names, whose video does not exist, nor its features.
        failed: dict from name to the error of any other video without features.
        damaged: dict from name to the damage of a video that decodes in part, including
            earlier ones.
    """

    extracted: list = dataclasses.field(default_factory=list)
    done_before: list = dataclasses.field(default_factory=list)
    changed: list = dataclasses.field(default_factory=list)
    missing: list = dataclasses.field(default_factory=list)
    failed: dict = dataclasses.field(default_factory=dict)
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
        `(todo, report)`: a dict from name to path of the videos to extract, and an
        `ExtractionReport` that lists the others.

    Raises:
        ConfigError: there are features with other settings or of unknown origin. Those of
            other videos count too, and are never replaced.
    """
    todo, report, obstacles = {}, ExtractionReport(), collections.defaultdict(list)
    for name, path in videos.items():
        try:
            checked_name(name)
        except DataError as error:
            report.failed[name] = f"{path}: {error}"
            continue
        target = out / f"{name}.json"
        try:
            sidecar = Sidecar.read(target)
        except DataError:
            sidecar = None
        if any(crop_number(file) is not None for file in file_names(name, 1)):
            report.failed[name] = (
                f"{path}: expected a name without a crop's number at its end. Rename it"
            )
        elif sidecar is None:
            there = [*sorted(files_of(out, name)), *([target] if target.exists() else [])]
            if there:
                obstacles["features of unknown origin"].append(there[0])
            todo[name] = path
        elif other := _other_settings(sidecar, extraction, dtype):
            obstacles["features made with other settings: " + other].append(target)
            todo[name] = path
        elif not are_whole(out, name, sidecar):
            todo[name] = path
        elif not _is_same(path, sidecar.video):
            todo[name] = path
            report.changed.append(name)
        else:
            report.done_before.append(name)
            if sidecar.damage:
                report.damaged[name] = sidecar.damage
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
    report.missing.extend(name for name in todo if not os.path.exists(todo[name]))
    for name in report.missing:
        del todo[name]
    return todo, report


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
