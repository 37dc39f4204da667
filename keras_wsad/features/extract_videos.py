"""The extraction driver: from videos to a folder of features."""

import concurrent.futures
import dataclasses
import pathlib
import shutil
import threading

from keras_wsad import __version__
from keras_wsad.errors import ConfigError
from keras_wsad.errors import DataError
from keras_wsad.errors import VideoError
from keras_wsad.features.extract import extract_into
from keras_wsad.features.extraction_progress import ExtractionProgress
from keras_wsad.features.feature_files import FeatureFiles
from keras_wsad.features.feature_files import publish
from keras_wsad.features.finished import plan_videos
from keras_wsad.features.finished import source_of
from keras_wsad.features.sidecar import DTYPES
from keras_wsad.features.sidecar import Sidecar
from keras_wsad.features.workspace import open_workspace
from keras_wsad.video.container import open_video


@dataclasses.dataclass(frozen=True, kw_only=True)
class ExtractionReport:
    """Result of an extraction, by video.

    Attributes:
        extracted: list of names.
        done_before: list of names, whose features were there with the same settings.
        changed: list of names among those extracted, whose video had changed.
        missing: list of names, whose video does not exist.
        failed: dict from name to the error of any other video without features.
        damaged: dict from name to the damage of a video that decodes in part, including
            earlier ones.
    """

    extracted: list
    done_before: list
    changed: list
    missing: list
    failed: dict
    damaged: dict


class _StoppedError(Exception):
    """Another thread has failed, or the user has interrupted."""


def extract_videos(
    videos,
    out,
    backbone,
    extraction,
    *,
    dtype="float32",
    workers=2,
    overwrite=False,
    shard=None,
):
    """Extracts the features of many videos into a folder.

    Each video becomes `NAME.npy`, or a file per crop (see `FeatureFiles`), and a sidecar
    `NAME.json`. They are published complete: however the process ends, a second call skips
    finished videos and continues with the rest.

    A video is finished if its sidecar has the same settings and the same source. A source
    is the same if its size and time are, or its size and content: a video that was copied
    is not extracted again, one that has changed is. Features with other settings or of
    unknown origin raise before anything is written, unless `overwrite`.

    Args:
        videos: dict from name to path, see `keras_wsad.video.find_videos`.
        out: str or path. The folder.
        backbone: `keras_wsad.backbones.OpenBackbone`.
        extraction: `Extraction` with that backbone.
        dtype: `"float32"` or `"float16"`. Defaults to `"float32"`.
        workers: int. Videos processed at a time, each decoded in a thread. The network
            takes their clips in turn; it affects memory, not the features. Defaults to `2`.
        overwrite: bool. Replaces features with other settings. Defaults to `False`.
        shard: `Shard` or `None`. Only the videos in it, while other processes may extract
            other shards into the same folder. Defaults to `None`, for all.

    Returns:
        An `ExtractionReport`. It lists videos that cannot be read; the others continue.

    Raises:
        ConfigError: the folder holds features with other settings or of unknown origin.
        LockedError: another process extracts into the folder, or the same shard.
        OSError: a file cannot be written.
    """
    if workers < 1 or dtype not in DTYPES:
        raise ConfigError(
            f"Expected workers >= 1 and dtype in {DTYPES}. Received: {workers}, {dtype!r}"
        )
    out = pathlib.Path(out)
    out.mkdir(parents=True, exist_ok=True)
    if shard is not None:
        videos = shard.of(videos)
    with open_workspace(out, shard) as workspace:
        plan = plan_videos(videos, out, extraction, dtype, overwrite)
        report = ExtractionReport(
            extracted=[],
            done_before=plan.done,
            changed=plan.changed,
            missing=plan.missing,
            failed=plan.impossible,
            damaged=plan.damaged,
        )
        stop = threading.Event()
        progress = ExtractionProgress(plan.todo)

        def extract_one(name):
            def on_clip(planned):
                progress.clip(name, planned)
                if stop.is_set():
                    raise _StoppedError

            path = plan.todo[name]
            files = FeatureFiles(workspace / name, extraction.crops, dtype)
            try:
                if stop.is_set():
                    raise _StoppedError
                # What is no video is not read whole.
                open_video(path)[0].close()
                source = source_of(path)
                reader = extract_into(files, path, backbone, extraction, on_clip)
                sidecar = _sidecar(reader, source, files, backbone, extraction)
                files.finish(sidecar)
                publish(files.workspace, out)
            except VideoError as error:
                report.failed[name] = str(error)
            except DataError as error:
                report.failed[name] = f"{path}: {error}"
            else:
                report.extracted.append(name)
                if reader.damage:
                    report.damaged[name] = reader.damage
            finally:
                files.close()
                # What is ready and could not be moved is for the next process.
                if not (files.workspace / f"{name}.json").exists():
                    shutil.rmtree(files.workspace, ignore_errors=True)
                progress.video(name)

        with progress, concurrent.futures.ThreadPoolExecutor(workers) as pool:
            try:
                futures = [pool.submit(extract_one, name) for name in plan.todo]
                for future in concurrent.futures.as_completed(futures):
                    future.result()
            except BaseException:
                # Threads stop at their next clip.
                stop.set()
                pool.shutdown(cancel_futures=True)
                raise
    return report


def _sidecar(reader, source, files, backbone, extraction):
    return Sidecar(
        extraction=extraction,
        dtype=str(files.dtype),
        num_clips=files.num_clips,
        feature_dim=backbone.feature_dim,
        num_frames=reader.num_frames,
        fps=reader.fps,
        video=source,
        damage=reader.damage,
        version=__version__,
    )
