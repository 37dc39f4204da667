"""The extraction driver: from videos to a folder of features."""

import concurrent.futures
import contextlib
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
from keras_wsad.features.finished import ExtractionReport
from keras_wsad.features.finished import plan_videos
from keras_wsad.features.finished import source_of
from keras_wsad.features.sidecar import DTYPES
from keras_wsad.features.sidecar import Sidecar
from keras_wsad.features.workspace import open_workspace
from keras_wsad.video.container import open_video


class _StoppedError(Exception):
    """Another thread has failed, or the user has interrupted."""


@dataclasses.dataclass(frozen=True)
class ExtractionRun:
    """An extraction that is under way, see `begin_extraction`.

    Attributes:
        todo: dict from name to path of the videos to extract.
        workspace: path. A temporary folder below `out`, which this process has locked.
        out: path. The folder for features.
        report: `ExtractionReport`, complete in the end.
        progress: `ExtractionProgress`.
    """

    todo: dict
    workspace: pathlib.Path
    out: pathlib.Path
    report: ExtractionReport
    progress: ExtractionProgress

    def ended(self, name, error, damage):
        """Notes the outcome of a video, as `extract_video` returns it."""
        if error:
            self.report.failed[name] = error
        else:
            self.report.extracted.append(name)
            if damage:
                self.report.damaged[name] = damage
        self.progress.video(name)


@contextlib.contextmanager
def begin_extraction(videos, out, extraction, *, dtype, overwrite=False, shard=None):
    """Context manager of an `ExtractionRun`: locks the folder and plans what is to do.

    The arguments are those of `extract_videos`, and so are the errors.
    """
    out = pathlib.Path(out)
    out.mkdir(parents=True, exist_ok=True)
    if shard is not None:
        videos = shard.of(videos)
    with open_workspace(out, shard) as workspace:
        todo, report = plan_videos(videos, out, extraction, dtype, overwrite)
        with ExtractionProgress(todo) as progress:
            yield ExtractionRun(todo, workspace, out, report, progress)


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
    check_options(workers, dtype)
    begun = begin_extraction(
        videos, out, extraction, dtype=dtype, overwrite=overwrite, shard=shard
    )
    stop = threading.Event()
    with begun as run, concurrent.futures.ThreadPoolExecutor(workers) as pool:

        def extract_one(name):
            def on_clip(planned):
                run.progress.clip(name, planned)
                if stop.is_set():
                    raise _StoppedError

            if stop.is_set():
                raise _StoppedError
            outcome = extract_video(
                run.todo[name],
                run.workspace / name,
                run.out,
                backbone,
                extraction,
                dtype,
                on_clip,
            )
            run.ended(name, *outcome)

        try:
            futures = [pool.submit(extract_one, name) for name in run.todo]
            for future in concurrent.futures.as_completed(futures):
                future.result()
        except BaseException:
            # Threads stop at their next clip.
            stop.set()
            pool.shutdown(cancel_futures=True)
            raise
    return run.report


def check_options(workers, dtype):
    """Raises a `ConfigError` if they are not as `extract_videos` takes them."""
    if workers < 1 or dtype not in DTYPES:
        raise ConfigError(
            f"Expected workers >= 1 and dtype in {DTYPES}. Received: {workers}, {dtype!r}"
        )


def extract_video(path, workspace, out, backbone, extraction, dtype, on_clip=None):
    """Extracts the features of one video into a folder.

    Args:
        path: path. The video.
        workspace: path. A temporary folder, named as the features shall be.
        out: path. The folder for features.
        backbone: `keras_wsad.backbones.OpenBackbone`.
        extraction: `Extraction` with that backbone.
        dtype: `"float32"` or `"float16"`.
        on_clip: function or `None`, see `keras_wsad.features.extract_clips`.

    Returns:
        `(error, damage)`: why the video has no features, or `None`; and the damage of a
        video that decodes in part, or `None`.

    Raises:
        OSError: a file cannot be written.
    """
    files = FeatureFiles(workspace, extraction.crops, dtype)
    try:
        # What is no video is not read whole.
        open_video(path)[0].close()
        source = source_of(path)
        reader = extract_into(files, path, backbone, extraction, on_clip)
        files.finish(_sidecar(reader, source, files, backbone, extraction))
        publish(files.workspace, out)
    except VideoError as error:
        return str(error), None
    except DataError as error:
        return f"{path}: {error}", None
    finally:
        files.close()
        # What is ready and could not be moved is for the next process.
        if not (files.workspace / f"{files.workspace.name}.json").exists():
            shutil.rmtree(files.workspace, ignore_errors=True)
    return None, reader.damage


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
