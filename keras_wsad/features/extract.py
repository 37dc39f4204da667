"""From a video file to the features of its clips."""

import collections
import concurrent.futures
import contextlib

import numpy as np

from keras_wsad.errors import ConfigError
from keras_wsad.errors import VideoError
from keras_wsad.features.extraction import Extraction
from keras_wsad.features.extraction import differences
from keras_wsad.features.read_ahead import read_ahead
from keras_wsad.features.video_features import VideoFeatures
from keras_wsad.video import ClipReader
from keras_wsad.video.container import decoding
from keras_wsad.video.frame_crops import cut_clip

# Attempts before giving up on a file whose frame count differs at each decoding.
_ATTEMPTS = 3


class _Kept:
    """Keeps the features of clips in memory."""

    def begin(self):
        self._clips = []

    def append(self, features):
        self._clips.append(features)

    def features(self):
        return np.stack(self._clips, axis=1)


def extract_clips(path, backbone, extraction, on_clip=None):
    """Extracts the features of one video's clips, decoding it once for all crops.

    A thread decodes, resizes and cuts while the network computes. Memory holds three
    batches of clips, or four of small clips, the frames of one clip, and the features. A
    damaged video that ends before its container says so may be decoded again, since where
    clips lie depends on its length.

    Args:
        path: str or path. The video.
        backbone: `keras_wsad.backbones.OpenBackbone`.
        extraction: `Extraction` with that backbone.
        on_clip: function, called after each clip with about how many the video has, or
            `None`. What it raises ends the extraction.

    Returns:
        A `VideoFeatures`.

    Raises:
        VideoError: the file is no video, or none of it decodes.
        ConfigError: the extraction is not of this backbone.
    """
    kept = _Kept()
    reader = extract_into(kept, path, backbone, extraction, on_clip)
    return VideoFeatures(
        features=kept.features(),
        extraction=extraction,
        num_frames=reader.num_frames,
        fps=reader.fps,
        damage=reader.damage,
        starts=reader.starts,
    )


def extract_into(sink, path, backbone, extraction, on_clip=None):
    """Extracts the features of one video's clips and appends them to a sink one by one.

    Args:
        sink: object with `begin()`, after which clips come from the first on, whatever
            came before, and `append(features)`, called with `(crops, features)` of each.
        path: str or path. The video.
        backbone: `keras_wsad.backbones.OpenBackbone`.
        extraction: `Extraction` with that backbone.
        on_clip: function or `None`, see `extract_clips`.

    Returns:
        The `ClipReader` that has read the clips.

    Raises:
        VideoError, ConfigError: see `extract_clips`.
    """
    other = differences(extraction, _like(extraction, backbone))
    if other:
        raise ConfigError(f"Expected an extraction of this backbone. Received: {other}")
    num_frames = None
    for _ in range(_ATTEMPTS):
        # Around the reading alone: what the network raises is not of the video.
        with decoding(path):
            reader = ClipReader(
                path,
                length=extraction.clip_length,
                stride=extraction.stride,
                num_segments=extraction.num_segments,
                crops=extraction.crops,
                size=extraction.size,
                num_frames=num_frames,
            )
        sink.begin()
        ahead = read_ahead(_batches(path, reader, extraction, backbone.batch_size))
        pool = concurrent.futures.ThreadPoolExecutor(backbone.calls)
        # However the loop ends, the reader stops before the end of the video.
        with pool, contextlib.closing(ahead) as batches, contextlib.closing(reader):
            outputs = _outputs(batches, backbone, pool)
            for times, features in _regrouped(outputs, extraction.crops):
                for _ in range(times):
                    sink.append(features)
                    if on_clip:
                        on_clip(reader.planned_clips)
        if reader.is_right:
            return reader
        num_frames = reader.num_frames
    raise VideoError(f"{path}: its number of frames differs each time it is decoded.")


def _like(extraction, backbone):
    return Extraction.of(
        backbone,
        stride=extraction.stride,
        crops=extraction.crops,
        num_segments=extraction.num_segments,
    )


def _batches(path, reader, extraction, batch_size):
    """Yields full batches of crops of clips, and how often each clip occurs.

    A batch is a uint8 array of `batch_size` clips of one crop each, or fewer at the end.
    They are full whatever the number of crops: a clip may lie in several batches. Its count
    comes with the first of them.
    """
    shape = (batch_size, extraction.clip_length, extraction.size, extraction.size, 3)
    batch, filled, times = np.empty(shape, np.uint8), 0, []
    with decoding(path):
        for _, count, frames in reader.windows():
            times.append(count)
            for number in range(extraction.crops):
                cut_clip(frames, number, batch[filled])
                filled += 1
                if filled == batch_size:
                    yield batch, times
                    # A new array: the network may still be reading this one.
                    batch, filled, times = np.empty(shape, np.uint8), 0, []
    if filled:
        yield batch[:filled], times


def _outputs(batches, backbone, pool):
    """Yields the features of each batch, in order, and how often each clip occurs."""
    running = collections.deque()
    for batch, times in batches:
        running.append((pool.submit(backbone, batch), times))
        del batch
        if len(running) == backbone.calls:
            call, times = running.popleft()
            yield call.result(), times
    for call, times in running:
        yield call.result(), times


def _regrouped(outputs, crops):
    """Yields how often each clip occurs, and its features `(crops, features)`."""
    rows, counts = [], []
    for features, times in outputs:
        rows.extend(features)
        counts.extend(times)
        while len(rows) >= crops:
            yield counts.pop(0), np.stack(rows[:crops])
            del rows[:crops]
