"""Makes one call that writes fail, as a full or broken disk does."""

import builtins
import contextlib
import errno
import io
import itertools
import os
import pathlib
import shutil

import h5py
import keras
import pytest

# By default some calls fail, once, of a full disk that is emptied then; with
# `KERAS_WSAD_FAULTS=all` every call, in all these ways, which takes thirty times as long.
_ALL = os.environ.get("KERAS_WSAD_FAULTS") == "all"
_CASES = [
    (error, lasting)
    for error in (errno.ENOSPC, errno.EIO, errno.EROFS)
    for lasting in (False, True)
]
each_fault = pytest.mark.parametrize(("error", "lasting"), _CASES if _ALL else _CASES[:1])


class Faults:
    """Counts the calls that write below a folder, and lets the k-th fail.

    Such a call is an opening for writing, a `write` of a Python file, `fsync`, `replace`,
    `rename`, `mkdir`, or what writes outside Python: Keras's `save`, `save_weights` and
    export, and HDF5. A `write` fails with half of its bytes written, a save either before
    or after all of its.

    Args:
        root: path. Calls elsewhere are not counted.
        at: int. Number of the call that fails, from 1.
        error: int. Its `errno`.
        lasting: bool. Whether all later calls fail as well.
    """

    def __init__(self, root, at, error, lasting):
        self.root = os.path.realpath(root)
        self.at, self.error, self.lasting = at, error, lasting
        self.calls = []

    @property
    def has_fired(self):
        return len(self.calls) >= self.at

    def call(self, kind, path):
        """Counts a call; raises if it is to fail."""
        if not self._is_below(path):
            return
        self.calls.append(f"{kind} {os.path.basename(os.fspath(path))}")
        number = len(self.calls)
        if number == self.at or (self.lasting and number > self.at):
            raise OSError(self.error, os.strerror(self.error), os.fspath(path))

    def _is_below(self, path):
        if not isinstance(path, str | os.PathLike):
            return False
        return os.path.realpath(path).startswith(self.root + os.sep)


@contextlib.contextmanager
def faults(root, at, error=errno.ENOSPC, lasting=False):
    """Context manager in which the call `at` fails; gives the `Faults`."""
    injected = Faults(root, at, error, lasting)

    class File(io.FileIO):
        def __init__(self, path, mode="r", *args, **kwargs):
            if set(mode) & set("wax+"):
                injected.call("open", path)
            self._writes = isinstance(path, str | os.PathLike)
            super().__init__(path, mode, *args, **kwargs)

        def write(self, data):
            try:
                if self._writes:
                    injected.call("write", self.name)
            except OSError:
                super().write(memoryview(data).cast("B")[: memoryview(data).nbytes // 2])
                raise
            return super().write(data)

    whole_open = builtins.open

    def open_(path, mode="r", buffering=-1, encoding=None, errors=None, newline=None, **kw):
        if not (set(mode) & set("wax+") and injected._is_below(path)):
            return whole_open(path, mode, buffering, encoding, errors, newline, **kw)
        raw = File(path, mode.replace("b", "").replace("t", ""))
        if buffering == 0:
            return raw
        file = io.BufferedRandom(raw) if "+" in mode else io.BufferedWriter(raw)
        return file if "b" in mode else io.TextIOWrapper(file, encoding, errors, newline)

    def of_path(name, call, position=0):
        def calling(*args, **kwargs):
            injected.call(name, args[position])
            return call(*args, **kwargs)

        return calling

    def fsync(handle, call=os.fsync):
        injected.call("fsync", os.readlink(f"/proc/self/fd/{handle}"))
        return call(handle)

    def saving(call):
        def save(self, path, *args, **kwargs):
            injected.call("save", path)
            result = call(self, path, *args, **kwargs)
            injected.call("saved", path)
            return result

        return save

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(builtins, "open", open_)
        patch.setattr(io, "open", open_)
        patch.setattr(io, "FileIO", File)
        patch.setattr(os, "fsync", fsync)
        for name, position in (("replace", 1), ("rename", 1), ("mkdir", 0)):
            patch.setattr(os, name, of_path(name, getattr(os, name), position))
        patch.setattr(h5py.h5f, "create", _of_bytes(injected, h5py.h5f.create))
        for owner, name in (
            (keras.Model, "save"),
            (keras.Model, "save_weights"),
            (keras.export.ExportArchive, "write_out"),
        ):
            patch.setattr(owner, name, saving(getattr(owner, name)))
        yield injected


def _of_bytes(injected, create):
    def calling(name, *args, **kwargs):
        injected.call("create", os.fsdecode(name))
        return create(name, *args, **kwargs)

    return calling


def fail_each(run, check, tmp_path, error, lasting, prepare=None, every=5):
    """Lets each call of a run fail in turn, until a run ends in which none has failed.

    Args:
        run: function of a folder. Whether it ended well; a failure of the system is
            `False`, or an `OSError`. It is called again, without a fault, and must then end
            well.
        check: function of a folder, called after that: it asserts that all is as if
            nothing had failed.
        tmp_path: path. Each run gets a folder of its own below it.
        error: int. `errno` of the failures.
        lasting: bool, see `Faults`.
        prepare: function of a folder, called before the faults, or `None`.
        every: int. How many calls further the next one to fail is, by default. Defaults to
            `5`.

    Returns:
        int, the number of calls that write.
    """
    for at in itertools.count(1, 1 if _ALL else every):
        folder = pathlib.Path(tmp_path, f"fault{at}")
        folder.mkdir()
        if prepare:
            prepare(folder)
        with faults(folder, at, error, lasting) as injected:
            try:
                ended_well = run(folder)
            except OSError as failure:
                assert failure.errno == error
                ended_well = False
        if not injected.has_fired:
            assert ended_well
            check(folder)
            kinds = " ".join(kind.split()[0] for kind in injected.calls)
            print(f"{len(injected.calls)} calls: {kinds}")
            return len(injected.calls)
        about = f"{errno.errorcode[error]} in call {at}, {injected.calls[at - 1]}"
        try:
            assert ended_well or run(folder), "the same command fails"
            check(folder)
        except Exception as problem:
            raise AssertionError(f"after {about}: {problem}") from problem
        shutil.rmtree(folder)
    raise AssertionError
