"""A folder to make feature files in, and the tidying up after a process that was killed."""

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
    """Gives a hidden folder below `out`, for as long as the block lasts.

    What other processes have left behind when they were killed is finished, if it is
    ready, and else removed. Folders of those that are still at work are let be: several
    may extract different videos into one folder.

    Args:
        out: path. The folder for features.
    """
    # One at a time: a folder that was just made and is not locked yet is not left behind.
    with _locked(out, wait=True):
        for left in sorted(out.glob(f"{_PREFIX}*")):
            # A file or a link of such a name is not ours.
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
    """Locks a folder until the block or the process ends; gives whether that worked."""
    try:
        import fcntl
    except ImportError:
        # Windows: whoever shares a folder there must take turns.
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
