import contextlib
import io
import json
import pathlib
import sys

from keras_wsad.files import printable
from keras_wsad.locks import locked


class Lines:
    """Writes records as lines of JSON to standard output, or appends them to a file.

    A file is opened for each line: it may be moved away at any time. It holds whole lines
    only, also after the disk was full.

    Args:
        path: str or path, or `None` for standard output. Defaults to `None`.
    """

    def __init__(self, path=None):
        self._path = path

    def __str__(self):
        return "on standard output" if self._path is None else f"in {printable(self._path)}"

    @contextlib.contextmanager
    def locked(self):
        """Keeps others from appending to the file until the block ends.

        Each would cut off what the other has just written, when the disk is full.

        Raises:
            LockedError: another process writes its lines there.
        """
        path = self._path and pathlib.Path(self._path).resolve()
        if path is None or (path.exists() and not path.is_file()):
            # Nothing is cut off from a terminal or a pipe.
            yield
            return
        with locked(path.with_name(f".{path.name}.lock"), name=self._path):
            _end_last_line(path)
            yield

    def write(self, record):
        """Writes a dict.

        Raises:
            OSError: the file cannot be written.
        """
        line = json.dumps(record, allow_nan=False) + "\n"
        if self._path is None:
            sys.stdout.write(line)
            sys.stdout.flush()
            return
        with io.FileIO(self._path, "a") as file:
            end = file.tell()
            try:
                _write_all(file, line.encode())
            except OSError:
                file.truncate(end)
                raise


def _end_last_line(path):
    # A kill or a power failure may have cut it.
    with io.FileIO(path, "a+") as file:
        if file.tell():
            file.seek(-1, io.SEEK_END)
            if file.read(1) != b"\n":
                _write_all(file, b"\n")


def _write_all(file, data):
    # A full disk takes a part, and refuses the next write.
    while data:
        data = data[file.write(data) :]
