"""Receiving videos: limits on size, type, number and time."""

import asyncio
import contextlib
import dataclasses
import os
import pathlib
import shutil
import uuid

from keras_wsad.data.annotations import video_name
from keras_wsad.errors import DataError
from keras_wsad.errors import VideoError
from keras_wsad.files import PARTIAL
from keras_wsad.files import checked_name
from keras_wsad.files import sync
from keras_wsad.video import VIDEO_SUFFIXES
from keras_wsad.video import probe_video

# Bytes that stay free on the disk, and pixels of a frame.
_RESERVE, _MOST_PIXELS = 2**30, 8192 * 8192


class UploadError(Exception):
    """An upload is not accepted.

    Args:
        status: int. The status of HTTP.
        reason: str.
    """

    def __init__(self, status, reason):
        super().__init__(reason)
        self.status = status


@dataclasses.dataclass(frozen=True, kw_only=True)
class UploadLimits:
    """What is accepted.

    Attributes:
        most_bytes: int. Of one video. Defaults to 2 GiB.
        most_videos: int. In the whole review. Defaults to `1000`.
        at_once: int. Uploads at a time. Defaults to `4`.
        seconds: float. For one upload. Defaults to an hour.
    """

    most_bytes: int = 2 * 2**30
    most_videos: int = 1000
    at_once: int = 4
    seconds: float = 3600.0


class Uploads:
    """The folder that uploaded videos are kept in, under names of its own.

    Args:
        folder: path. Created if it does not exist; what earlier uploads left incomplete is
            removed.
        reviews: `Reviews`.
        limits: `UploadLimits`.
    """

    def __init__(self, folder, reviews, limits):
        self._folder = pathlib.Path(folder)
        self._folder.mkdir(parents=True, exist_ok=True)
        self._reviews = reviews
        self._limits = limits
        self._running = 0
        kept = {pathlib.Path(video["path"]) for video in reviews.videos()}
        for path in self._folder.iterdir():
            if path not in kept:
                # Incomplete, or complete when a kill came before it was noted.
                path.unlink()

    async def receive(self, file_name, size, chunks):
        """Receives a video and adds it to the queue.

        Args:
            file_name: str. As the browser calls it; it never becomes a path.
            size: int or `None`. Its size in bytes, as announced.
            chunks: async iterator of bytes.

        Returns:
            int, the video's id.

        Raises:
            UploadError: the video is not accepted.
        """
        limits = self._limits
        name, suffix = self._check_name(file_name)
        if self._running >= limits.at_once:
            raise UploadError(429, f"Expected at most {limits.at_once} uploads at a time.")
        self._check_size(size or 0)
        path = self._folder / f"{uuid.uuid4().hex}{suffix}"
        partial = path.with_name(f"{PARTIAL}{path.name}")
        self._running += 1
        try:
            async with asyncio.timeout(limits.seconds):
                await self._write(partial, chunks)
            await asyncio.to_thread(_check_video, partial, file_name)
            os.replace(partial, path)
            await asyncio.to_thread(sync, self._folder, contents=False)
            try:
                return self._reviews.add_video(name, path)
            except Exception as error:
                path.unlink()
                if isinstance(error, DataError):
                    raise UploadError(409, str(error)) from error
                raise
        except TimeoutError as error:
            raise UploadError(408, "The upload took too long.") from error
        except OSError as error:
            raise UploadError(507, f"It cannot be written: {error.strerror}.") from error
        finally:
            self._running -= 1
            with contextlib.suppress(OSError):
                partial.unlink()

    def _check_name(self, file_name):
        suffix = pathlib.PurePath(file_name).suffix.lower()
        if suffix not in VIDEO_SUFFIXES:
            raise UploadError(415, f"Expected a video ({', '.join(VIDEO_SUFFIXES)}).")
        try:
            name = checked_name(video_name(file_name))
        except DataError as error:
            raise UploadError(400, str(error)) from error
        videos = self._reviews.videos()
        if any(v["name"] == name and v["state"] != "failed" for v in videos):
            raise UploadError(409, f"There is a video of the name {name} already.")
        if len(videos) >= self._limits.most_videos:
            raise UploadError(507, f"Expected at most {len(videos)} videos.")
        return name, suffix

    def _check_size(self, size):
        if size > self._limits.most_bytes:
            most = self._limits.most_bytes // 2**20
            raise UploadError(413, f"Expected a video of at most {most} MiB.")
        if size > shutil.disk_usage(self._folder).free - _RESERVE:
            raise UploadError(507, "There is not enough room on the server's disk.")

    async def _write(self, partial, chunks):
        size = 0
        with open(partial, "xb") as file:
            async for chunk in chunks:
                size += len(chunk)
                self._check_size(size)
                await asyncio.to_thread(file.write, chunk)
            await asyncio.to_thread(os.fsync, file.fileno())


def _check_video(path, file_name):
    try:
        info = probe_video(path)
    except VideoError as error:
        reason = str(error).replace(str(path), file_name)
        raise UploadError(400, reason) from error
    if info.width * info.height > _MOST_PIXELS:
        raise UploadError(400, f"{file_name}: {info.width} by {info.height} pixels.")
