"""Temporary folders for feature files, and cleanup after killed processes."""

import contextlib
import os
import pathlib
import shutil
import tempfile

from keras_wsad.features.feature_files import publish
from keras_wsad.files import PARTIAL

_PREFIX = f"{PARTIAL}extract-"


@contextlib.contextmanager
def open_workspace(out):
    """Context manager of a hidden temporary folder below `out`.

    Leftovers of killed processes are published if they are ready, and otherwise removed.
    Folders of running processes are kept: several may extract different videos into one
    folder.

    Args:
        out: path. The folder for features.
    """
    # One process at a time: a new folder that is not locked yet must not count as a
    # leftover.
    with _locked(out, wait=True):
        for left in sorted(out.glob(f"{_PREFIX}*")):
            # A file or a link of this name is not ours.
            if left.is_symlink() or not left.is_dir():
                continue
            with _locked(left) as is_left:
                if is_left:
                    for of_video in sorted(left.iterdir()):
                        publish(of_video, out)
                    shutil.rmtree(left, ignore_errors=True)
        workspace = pathlib.Path(tempfile.mkdtemp(prefix=_PREFIX, dir=out))
        lock = contextlib.ExitStack()
        lock.enter_context(_locked(workspace))
    with lock:
        try:
            yield workspace
        finally:
            shutil.rmtree(workspace, ignore_errors=True)


@contextlib.contextmanager
def _locked(folder, wait=False):
    """Locks a folder until the block or the process ends; yields whether that worked."""
    try:
        import fcntl
    except ImportError:
        # Windows has no fcntl: processes must not share a folder at the same time.
        yield True
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        except BlockingIOError:
            yield False
        except OSError:
            # A file system without locks.
            yield True
        else:
            yield True
    finally:
        os.close(handle)
