"""Temporary folders for feature files, and cleanup after killed processes."""

import contextlib
import pathlib
import shutil
import tempfile

from keras_wsad.errors import LockedError
from keras_wsad.features.feature_files import publish
from keras_wsad.files import PARTIAL
from keras_wsad.locks import locked

_PREFIX = f"{PARTIAL}extract-"
# Inside a workspace, where no video can have the name.
_LOCK = f"{PARTIAL}lock"


@contextlib.contextmanager
def open_workspace(out, shard=None):
    """Context manager of a hidden temporary folder below `out`, which is locked.

    Leftovers of killed processes are published if they are ready, and otherwise removed.
    Processes with a shard each may work in `out` at the same time, any others may not.

    Args:
        out: path. The folder for features.
        shard: `Shard` or `None`, for all videos. Defaults to `None`.

    Raises:
        LockedError: another process extracts into `out`, or the same shard.
    """
    with contextlib.ExitStack() as held:
        held.enter_context(locked(out / ".lock", shared=shard is not None))
        if shard is not None:
            held.enter_context(locked(out / f".lock-{shard.number}-of-{shard.total}"))
        # One process at a time: a new folder that is not locked yet must not count as a
        # leftover.
        with locked(out / ".lock-workspaces", wait=True):
            for left in sorted(out.glob(f"{_PREFIX}*")):
                # A file or a link of this name is not ours.
                if left.is_dir() and not left.is_symlink():
                    # Unless a running process has it.
                    with contextlib.suppress(LockedError), locked(left / _LOCK):
                        _publish_ready(left, out)
            workspace = pathlib.Path(tempfile.mkdtemp(prefix=_PREFIX, dir=out))
            held.enter_context(locked(workspace / _LOCK))
        try:
            yield workspace
        finally:
            # What is ready and could not be moved is for the next process.
            if not any(workspace.rglob("*.json")):
                shutil.rmtree(workspace, ignore_errors=True)


def _publish_ready(workspace, out):
    for sidecar in sorted(workspace.rglob("*.json")):
        publish(sidecar.parent, out)
    shutil.rmtree(workspace, ignore_errors=True)
