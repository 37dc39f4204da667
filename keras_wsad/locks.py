"""Locks: one process at a time in a folder."""

import contextlib
import logging
import os
import pathlib
import platform
import sys
import time

from keras_wsad.errors import LockedError
from keras_wsad.files import printable

_logger = logging.getLogger(__name__)


@contextlib.contextmanager
def locked(path, shared=False, wait=False, name=None):
    """Holds the lock on a file until the block ends, and removes the file.

    The kernel releases the lock when the process ends, however it ends: a file that a kill
    left behind is not locked. This needs POSIX and a file system with locks, as NFS has;
    on others nothing is locked, and processes must not share a folder.

    Args:
        path: str or path. The file, in a folder that exists; it says who holds the lock.
        shared: bool. Whether others that ask for it shared may hold it at the same time.
            Defaults to `False`.
        wait: bool. Whether to wait for the other process. Defaults to `False`.
        name: str or path, or `None`. What is locked, for messages. Defaults to `None`, for
            the folder.

    Raises:
        LockedError: another process, or another block of this one, holds the lock.
    """
    try:
        import fcntl
    except ImportError:
        yield
        return
    path, kind = pathlib.Path(path), fcntl.LOCK_SH if shared else fcntl.LOCK_EX
    handle = _acquire(path, kind, wait, printable(name or path.parent))
    try:
        yield
    finally:
        with contextlib.suppress(OSError):
            # The last of several that share it removes the file.
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            path.unlink()
        os.close(handle)


def _acquire(path, kind, wait, name):
    import fcntl

    while True:
        handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o666)
        try:
            fcntl.flock(handle, kind | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = _read_holder(handle) or "another process"
            if not wait:
                os.close(handle)
                raise LockedError(f"{name}: in use by {holder}.") from None
            _logger.info("%s: waiting for %s", name, holder)
            fcntl.flock(handle, kind)
        except OSError:
            # A file system without locks.
            return handle
        with contextlib.suppress(FileNotFoundError):
            # The holder before may have removed the file that this handle is of.
            if os.path.samestat(os.fstat(handle), path.stat()):
                _write_holder(handle)
                return handle
        os.close(handle)


def _read_holder(handle):
    with contextlib.suppress(OSError):
        return printable(os.pread(handle, 1000, 0).decode(errors="replace"))
    return ""


def _write_holder(handle):
    # On a full disk the next is told of "another process".
    with contextlib.suppress(OSError):
        os.ftruncate(handle, 0)
        os.pwrite(handle, _this_process().encode(errors="replace"), 0)


def _this_process():
    since = time.strftime("%Y-%m-%d %H:%M:%S %z")
    command = " ".join(sys.argv)[:500]
    return f"process {os.getpid()} on {platform.node()} since {since}: {command}"
