import os
import signal
import subprocess
import sys

import pytest

from keras_wsad.errors import LockedError
from keras_wsad.locks import locked
from tests.faults.reviews_test import file_size_limit

_HOLD = """
import sys
from keras_wsad.locks import locked
with locked(sys.argv[1], shared=len(sys.argv) > 2):
    print("held", flush=True)
    sys.stdin.read()
"""


def hold(*arguments):
    process = subprocess.Popen(
        [sys.executable, "-c", _HOLD, *map(str, arguments)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout.readline() == "held\n"
    return process


def test_a_second_process_is_told_of_the_first_until_that_is_killed(tmp_path):
    path = tmp_path / ".lock"
    process = hold(path)
    try:
        holder = rf"{tmp_path}: in use by process {process.pid} on \S+ since 20\d\d-.*: -c"
        for shared in (False, True):
            with pytest.raises(LockedError, match=holder), locked(path, shared):
                pass
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait()
    assert path.exists()
    with locked(path):
        assert f"process {os.getpid()} on" in path.read_text()
    assert not list(tmp_path.iterdir())


def test_a_lock_is_held_though_nothing_can_be_written(tmp_path):
    path = tmp_path / ".lock"
    with file_size_limit(0), locked(path):
        assert path.read_text() == ""
        with pytest.raises(LockedError, match="in use by another process"), locked(path):
            pass
    # Nothing can be read from it either.
    os.mkfifo(path)
    with locked(path), pytest.raises(LockedError, match="another process"), locked(path):
        pass
    assert not path.exists()


def test_a_shared_lock_lasts_until_its_last_holder(tmp_path):
    path = tmp_path / ".lock"
    process = hold(path, "shared")
    with locked(path, shared=True):
        pass
    with pytest.raises(LockedError), locked(path):
        pass
    process.communicate("")
    assert not path.exists()


def test_who_waits_comes_next(tmp_path):
    path = tmp_path / ".lock"
    process = hold(path)
    waiting = subprocess.Popen(
        [
            sys.executable,
            "-c",
            _HOLD.replace("shared=", "wait=").replace("sys.stdin.read()", ""),
            str(path),
            "wait",
        ],
        stdout=subprocess.PIPE,
        text=True,
    )
    with pytest.raises(subprocess.TimeoutExpired):
        waiting.communicate(timeout=2)
    process.communicate("")
    assert waiting.communicate(timeout=60)[0] == "held\n"
    assert not path.exists()
