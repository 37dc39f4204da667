"""Finding files by name, and writing them so that none is ever half there."""

import contextlib
import errno
import json
import os
import pathlib
import shutil
import stat
import tempfile
import unicodedata

from keras_wsad.errors import DataError
from keras_wsad.errors import WSADError

# What the names of files in the making begin with: such files may be removed.
PARTIAL = ".partial-"
_WRITING, _LOCK = f"{PARTIAL}write-", f"{PARTIAL}lock"
# Bytes; file systems have room for 255, and an ending and a crop's number are added.
_LONGEST_NAME = 240
# Bytes of a text: a list of some hundred thousand videos.
_MOST_TEXT = 2**24


@contextlib.contextmanager
def atomic_path(path):
    """Gives a temporary path that takes the place of `path` when the block ends well.

    The temporary path has the same suffix as `path` (libraries that choose a format by
    suffix work) and lies in the same folder, so that the move is one step: after a kill or
    a power failure there is the old file or the new one, and after the block the new one.
    Either a file or a folder may be written there. An existing folder is moved aside first,
    so that for a moment there is neither. What a killed process has left half written in
    the folder is removed.

    Args:
        path: str or path. Where the file or folder is to stand in the end.

    Example:

    >>> import os, tempfile
    >>> folder = tempfile.mkdtemp()
    >>> with atomic_path(os.path.join(folder, "a.txt")) as temporary:
    ...     _ = temporary.write_text("whole")
    >>> os.listdir(folder)
    ['a.txt']
    """
    path = pathlib.Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    remove_partial(path.parent)
    workspace, handle = _new_workspace(path.parent)
    temporary, replaced = workspace / path.name, workspace / f"{PARTIAL}replaced"
    try:
        yield temporary
        sync(temporary)
        if path.is_dir():
            if not temporary.is_dir():
                raise WSADError(f"{path}: expected a file's name. It is a folder.")
            # A folder that is not empty cannot be replaced in one step.
            os.replace(path, replaced)
        try:
            os.replace(temporary, path)
        except OSError:
            if replaced.exists():
                os.replace(replaced, path)
            raise
        sync(path.parent, contents=False)
    finally:
        # What could be moved neither here nor back is not removed.
        if path.exists() or not replaced.exists():
            shutil.rmtree(workspace, ignore_errors=True)
        if handle is not None:
            os.close(handle)


def _new_workspace(folder):
    """Creates a temporary folder; returns its path and the handle of its lock."""
    while True:
        workspace = pathlib.Path(tempfile.mkdtemp(prefix=_WRITING, dir=folder))
        try:
            return workspace, _lock(workspace)
        except (BlockingIOError, FileNotFoundError):
            # Another process took it for a leftover, before it was locked.
            continue


def _lock(workspace):
    """Locks a temporary folder until the process ends, however it ends.

    Returns:
        The handle of a file, or `None` where there are no locks.

    Raises:
        BlockingIOError: it is in use.
        FileNotFoundError: it is gone.
    """
    try:
        import fcntl
    except ImportError:
        return None
    handle = os.open(workspace / _LOCK, os.O_RDWR | os.O_CREAT, 0o666)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        # It may have been removed meanwhile.
        os.stat(workspace / _LOCK)
    except (BlockingIOError, FileNotFoundError):
        os.close(handle)
        raise
    except OSError:
        os.close(handle)
        return None
    return handle


def sync(path, contents=True):
    """Waits until a file or a folder is on the disk, where a power failure leaves it.

    Without it, a file system may write the new name before the content, and after a power
    failure an empty file stands in place of the old one. It takes some 4 ms a file or
    folder on a virtual disk, so that only what is moved into place waits for it, not the
    log of TensorBoard.

    Args:
        path: str or path.
        contents: bool. Whether also all that lies in a folder. Defaults to `True`.
    """
    path = pathlib.Path(path)
    if path.is_dir():
        for part in path.iterdir() if contents else ():
            sync(part)
        if os.name == "nt":
            # Windows opens no folders.
            return
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def remove_partial(folder):
    """Removes what `atomic_path` has left behind in a folder when it was killed."""
    for path in pathlib.Path(folder).glob(f"{_WRITING}*"):
        with contextlib.suppress(OSError):
            handle = _lock(path)
            # Without locks, another process may be writing there.
            if handle is not None:
                shutil.rmtree(path, ignore_errors=True)
                os.close(handle)


def write_json(path, content):
    """Writes `content` as indented JSON, atomically. NaN is refused, not written."""
    text = json.dumps(content, indent=2, allow_nan=False, ensure_ascii=False)
    write_text(path, text + "\n")


def write_text(path, text):
    r"""Writes `text` as UTF-8, atomically.

    Bytes of a file name that are no UTF-8 are written as `\udce9`, which JSON reads back.
    """
    with atomic_path(path) as temporary:
        temporary.write_text(text, encoding="utf-8", errors="backslashreplace")


def check_regular(path):
    """Raises unless `path` is a file or a folder: reading a pipe or a device may never end.

    Raises:
        OSError: it is something else, or nothing is there.
    """
    mode = os.stat(path).st_mode
    # Opening a folder as a file raises by itself.
    if not (stat.S_ISREG(mode) or stat.S_ISDIR(mode)):
        raise OSError(errno.EINVAL, "Not a regular file", str(path))


def read_text(path, most_bytes=_MOST_TEXT):
    """Reads a text of others, with lines that end in a line feed.

    Args:
        path: str or path.
        most_bytes: int. Size of the largest file that is read. Defaults to 16 MiB.

    Raises:
        OSError: it cannot be read, or is no regular file.
        DataError: it is larger, or not in UTF-8.
    """
    check_regular(path)
    with open(path, "rb") as file:
        # What a size says may have changed since.
        content = file.read(most_bytes + 1)
    if len(content) > most_bytes:
        raise DataError(f"{path}: expected at most {most_bytes} bytes. It has more.")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise DataError(f"{path}: expected text in UTF-8 ({error}).") from error
    return text.replace("\r\n", "\n").replace("\r", "\n")


def read_json(path, most_bytes=_MOST_TEXT):
    """Reads a JSON file, see `read_text`.

    Raises:
        OSError: it cannot be read.
        DataError: it is not JSON, too large or nested too deep.
    """
    try:
        return json.loads(read_text(path, most_bytes))
    except (ValueError, RecursionError) as error:
        raise DataError(f"{path}: damaged, expected JSON ({error}).") from error


def index_files(root):
    """Maps each file name below `root` to its paths, the least deep first.

    Hidden folders are passed over; linked ones are followed, each once.

    Args:
        root: str or path. A folder.

    Returns:
        A dict from file name to a list of paths.
    """
    index, seen = {}, set()
    for folder, folders, names in os.walk(root, followlinks=True):
        real = os.path.realpath(folder)
        if real in seen:
            # A link to a folder that was walked before, or to one above.
            folders.clear()
            continue
        seen.add(real)
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in names:
            index.setdefault(name, []).append(pathlib.Path(folder, name))
    for paths in index.values():
        paths.sort(key=lambda path: (len(path.parts), path))
    return index


def checked_name(name):
    """Returns a name from outside, if it can be that of a file or folder of ours.

    A list, a file system or a user may call a video anything. Before `folder / name` is
    written or removed, this makes sure that it is one step below `folder`.

    Args:
        name: str. A name without ending.

    Raises:
        DataError: it is empty, `.` or `..`, holds a separator, a control character or bytes
            that are no text, begins as files in the making do, or is too long.

    Example:

    >>> checked_name("Abuse001_x264")
    'Abuse001_x264'
    """
    kinds = {unicodedata.category(character) for character in name}
    if (
        name in ("", ".", "..")
        or set(name) & set("/\\")
        # Control characters, halves of characters, breaks of lines and of paragraphs.
        or kinds & {"Cc", "Cs", "Zl", "Zp"}
        or name.startswith(PARTIAL)
        or len(name.encode()) > _LONGEST_NAME
    ):
        raise DataError(
            f"Expected a name that a file can be given. Received: {name[:80]!a}"
        )
    return name


def printable(text):
    r"""Returns a name or a path as it can be shown in a line of any terminal.

    Example:

    >>> printable("a\nb")
    'a\\nb'
    """
    return "".join(
        character
        if character.isprintable()
        else character.encode("unicode_escape").decode()
        for character in str(text)
    )


def cache_folder():
    """Returns where derived data is kept: `$KERAS_WSAD_CACHE`, or the user's cache folder.

    Whatever lies there can be deleted at any time: it is made again when needed.
    """
    if "KERAS_WSAD_CACHE" in os.environ:
        return pathlib.Path(os.environ["KERAS_WSAD_CACHE"])
    base = os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache"
    return pathlib.Path(base, "keras_wsad")
