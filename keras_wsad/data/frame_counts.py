"""Frame counts of videos: from the authors, a CSV, a feature sidecar, or the video."""

import csv
import hashlib
import io
import json

import numpy as np

from keras_wsad.alignment import MOST_FRAMES
from keras_wsad.data.annotations import video_name
from keras_wsad.data.annotations import whole_number
from keras_wsad.errors import DataError
from keras_wsad.features.sidecar import Sidecar
from keras_wsad.files import cache_folder
from keras_wsad.files import check_regular
from keras_wsad.files import read_text
from keras_wsad.files import write_text
from keras_wsad.video import probe_video
from keras_wsad.video import video_in

AUTHORS_FILES = ("Test_video_name_UCF.npy", "Test_frame_number_UCF.npy")
CSV_FILE = "num_frames.csv"

# More videos than a data set has, and a name of more bytes than a file has.
_MOST_VIDEOS = 10**6
_LONGEST_NAME = 1024


class FrameCounts:
    """Frame counts by video name, from the first of four sources that has one.

    1. the paper's authors' `Test_video_name_UCF.npy` and `Test_frame_number_UCF.npy`;
    2. `num_frames.csv`, lines of `name,num_frames` (a header line is allowed);
    3. the sidecar `NAME.json` that `keras-wsad extract` leaves beside features: the frames
       that were decoded. Counts given on purpose take precedence;
    4. the video file: its packets are counted, which needs no decoding, but overcounts a
       damaged file.

    The authors' counts are mostly one more than a decoder yields, so the source of each
    count is kept: see `lookup`.

    Args:
        files: dict from file name to a list of paths, as `index_files` returns.
        sidecars: dict of the same form, to search for sidecars. Defaults to `()`.
    """

    def __init__(self, files, sidecars=()):
        self._tables = []
        if all(name in files for name in AUTHORS_FILES):
            table = _read_authors_arrays(*(files[name][0] for name in AUTHORS_FILES))
            self._tables.append(("authors' arrays", table))
        if CSV_FILE in files:
            self._tables.append((CSV_FILE, _read_csv(files[CSV_FILE][0])))
        self._files = files
        self._sidecars = dict(sidecars)

    def lookup(self, name):
        """Returns `(num_frames, source)` of a video, or `(None, None)` if unknown."""
        for source, table in self._tables:
            if name in table:
                return table[name], source
        for path in self._sidecars.get(f"{name}.json", []):
            if sidecar := Sidecar.read(path):
                return sidecar.num_frames, "sidecar"
        path = video_in(self._files, name)
        return (None, None) if path is None else (_count_once(path), "video")


def _count_once(path):
    """Counts the frames of a video, once per state of the file."""
    stat = path.stat()
    key = [str(path.resolve()), stat.st_size, stat.st_mtime_ns]
    digest = hashlib.sha256(json.dumps(key).encode()).hexdigest()
    cached = cache_folder() / "frames" / digest
    try:
        return whole_number(read_text(cached))
    except (OSError, ValueError):
        frames = probe_video(path).num_frames
        write_text(cached, str(frames))
        return frames


def _read_authors_arrays(names_path, counts_path):
    try:
        check_regular(names_path)
        check_regular(counts_path)
        # Memory-mapped, so that a header that declares too much allocates nothing.
        names, counts = (
            np.load(path, mmap_mode="r", allow_pickle=False)
            for path in (names_path, counts_path)
        )
        if max(names.size, counts.size) > _MOST_VIDEOS or names.itemsize > _LONGEST_NAME:
            raise ValueError("more videos or longer names than a data set has")
        names = names.astype(str)
        if counts.dtype.kind not in "iuf" or (counts % 1).any():
            raise ValueError("a count of frames is not whole")
        counts = counts.astype(int)
        pairs = list(zip(names.tolist(), counts.tolist(), strict=True))
    except Exception as error:
        # A damaged array may raise anything.
        raise DataError(
            f"{names_path}: expected names, as many as {counts_path.name} has counts. "
            f"Cannot be read: {error}"
        ) from error
    return _table(pairs, counts_path)


def _read_csv(path):
    pairs = []
    try:
        for row in csv.reader(io.StringIO(read_text(path))):
            if row and row[:2] != ["name", "num_frames"]:
                name, frames = row[:2]
                pairs.append((name, whole_number(frames)))
    except (OSError, ValueError, csv.Error) as error:
        raise DataError(
            f"{path}: expected lines of name,num_frames. Cannot be read: {error}"
        ) from error
    return _table(pairs, path)


def _table(pairs, path):
    table = {}
    for name, frames in pairs:
        if not 1 <= frames < MOST_FRAMES:
            raise DataError(
                f"{path}: expected 1 <= frames < {MOST_FRAMES}. "
                f"Received: {name[:80]}, {frames}"
            )
        other = table.setdefault(video_name(name), frames)
        if other != frames:
            raise DataError(
                f"{path}: expected one count of frames a video. "
                f"Received: {name[:80]}, {other} and {frames}"
            )
    return table
