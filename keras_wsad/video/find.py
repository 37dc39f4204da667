"""Which videos are meant: files, folders, and lists of them, each video by its name."""

import os
import pathlib

from keras_wsad.errors import DataError
from keras_wsad.files import checked_name
from keras_wsad.files import index_files
from keras_wsad.files import read_text

VIDEO_SUFFIXES = (".mp4", ".avi", ".mkv", ".mov", ".webm")

# Characters, on Linux.
_LONGEST_PATH = 4096


def find_videos(places, root=None):
    """Finds videos by any mix of files, folders and lists.

    A folder is searched with all folders below it for files of `VIDEO_SUFFIXES`. A list is
    a `.txt` file, one path a line, such as UCF-Crime's `Anomaly_Train.txt`; one of numbers
    holds the features of a video and is no list. A line is looked up below `root`, beside
    the list, and in the current folder; under `root` also by the file's name alone, in
    whatever folder it lies.

    Args:
        places: list of str or paths.
        root: str or path, or `None`. The folder that lists are relative to.

    Returns:
        A dict from video name, the file's name without suffix, to path, in the order given.
        Listed files that are absent are included, and videos whose name `checked_name`
        refuses, by their path in its place.

    Raises:
        DataError: a place is absent, holds no video, or two videos have the same name.
    """
    if root is not None and not pathlib.Path(root).is_dir():
        raise DataError(f"Expected a folder with videos. Received: root={root}")
    videos = {}
    for place in map(pathlib.Path, places):
        for path in _paths_in(place, root):
            other = videos.setdefault(_name_of(path), path)
            if other != path and not _is_same_file(other, path):
                raise DataError(
                    f"{place}: expected every video to have a name of its own, since its "
                    f"features are named after it. Received: {other} and {path}"
                )
    return videos


def _is_same_file(path, other):
    try:
        return path.resolve() == other.resolve()
    except (OSError, ValueError, RuntimeError):
        # A name with a null character, or a loop of links.
        return False


def _name_of(path):
    try:
        return checked_name(path.stem)
    except DataError:
        # Several may be called so. As a path is no name either, each is left out later.
        return str(path.absolute())


def video_in(files, name):
    """Returns the path of a video by its name among indexed files, or `None`.

    Args:
        files: dict from file name to a list of paths, as `index_files` returns.
        name: str. The video's name, without suffix.
    """
    for suffix in VIDEO_SUFFIXES:
        for file_name in (name + suffix, name + suffix.upper()):
            if file_name in files:
                return files[file_name][0]
    return None


def _paths_in(place, root):
    if place.is_dir():
        files = index_files(place)
        paths = [path for name in files for path in files[name] if _is_video(path)]
        if not paths:
            raise DataError(f"{place}: expected videos in it ({', '.join(VIDEO_SUFFIXES)})")
        return sorted(paths)
    if not place.is_file():
        raise DataError(f"{place}: expected a video, a folder or a list. There is none.")
    return _read_list(place, root) if is_list(place) else [place]


def is_list(path):
    """Whether a file is a list of videos: a `.txt` file whose first line is not numbers.

    An empty file is no list. No more of a line is read than the longest path has.

    Args:
        path: path. A file.
    """
    if path.suffix.lower() != ".txt":
        return False
    with open(path, encoding="utf-8-sig", errors="replace") as file:
        while line := file.readline(_LONGEST_PATH):
            # The last word may be cut.
            words = line.split() if len(line) < _LONGEST_PATH else line.split()[:-1]
            if line.strip():
                return not (words and all(map(_is_number, words)))
    return False


def _is_number(word):
    try:
        float(word)
    except ValueError:
        return False
    return True


def _is_video(path):
    return path.suffix.lower() in VIDEO_SUFFIXES


def _read_list(path, root):
    lines = [line.strip().replace("\\", "/") for line in read_text(path).split("\n")]
    lines = [line for line in lines if line]
    if any(len(line) > _LONGEST_PATH for line in lines):
        raise DataError(
            f"{path}: expected a path a line. Received one of more than "
            f"{_LONGEST_PATH} characters."
        )
    files = {} if root is None else index_files(root)
    folders = [path.parent, pathlib.Path()]
    folders = folders if root is None else [pathlib.Path(root), *folders]
    paths = [_find_line(line, folders, files, path) for line in lines]
    if not any(map(os.path.isfile, paths)):
        raise DataError(
            f"{path}: expected a path a line, relative to --root, to the list or to the "
            f"current folder. Found none of {len(lines)}, such as {lines[:1]}"
        )
    return paths


def _find_line(line, folders, files, source):
    for folder in folders:
        # `os.path.isfile` is false for a name that is too long.
        if os.path.isfile(folder / line):
            return folder / line
    by_name = files.get(line.rpartition("/")[2], [])
    if len(by_name) > 1:
        raise DataError(f"{source}: {line} is in two places: {by_name[0]} and {by_name[1]}")
    return by_name[0] if by_name else folders[0] / line
