import contextlib
import json
import os
import pathlib
import signal
import subprocess
import sys
import tempfile

import numpy as np

ROOT = pathlib.Path(__file__).resolve().parents[1]


class ContenderError(Exception):
    """A contender cannot be set up, or has died."""


class MissingLibraryError(ContenderError):
    """A contender's library is not installed."""


class Contender:
    """One way of doing a work, in a process of its own that is paused between calls.

    Its whole process group is paused, so that background work such as prefetching does not
    run while others are timed. A context manager: it starts the process, and ends it and
    removes its temporary files.

    Args:
        work: str. Name of the work, see `open_work`.
        name: str. Which contender of it.
        size: dict of arguments of the contender's function.
        folder: path. Working folder of the process, whose `benchmarks` and `keras_wsad` it
            imports. Defaults to the root of this checkout.

    Raises:
        MissingLibraryError: a library that it needs is not installed.
        ContenderError: it failed or died, in the set-up or in any call.
    """

    def __init__(self, work, name, size, folder=ROOT):
        self.work = work
        self.name = name
        self.size = size
        self.folder = folder

    def __enter__(self):
        command = [sys.executable, "-m", "benchmarks.worker", self.work, self.name]
        self._errors = tempfile.TemporaryFile()
        self._scratch = tempfile.TemporaryDirectory()
        self._process = subprocess.Popen(
            [*command, "--size", json.dumps(self.size)],
            cwd=self.folder,
            env={**os.environ, "TMPDIR": self._scratch.name},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            encoding="utf-8",
            # A group of its own, which is paused as a whole. In the same session: if this
            # process is killed, the system wakes and ends a paused group.
            process_group=0,
        )
        try:
            self._read()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        # A dead process may have left a command unread.
        with contextlib.suppress(BrokenPipeError):
            self._process.stdin.close()
        self._signal("SIGCONT")
        try:
            self._process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        # Ends what it has started.
        self._signal("SIGKILL")
        self._process.stdout.close()
        self._errors.close()
        self._scratch.cleanup()

    def first(self):
        """Does the work once to warm up, and returns its result, an array or `None`."""
        result = self._ask("first")["result"]
        return result and np.reshape(result["values"], result["shape"])

    def repeat(self, times):
        """Does the work several times.

        Args:
            times: int.

        Returns:
            A dict: `seconds` and `cpu_seconds` of all repetitions, and `peak_mib`, the peak
            memory of the process since its start.
        """
        return self._ask(f"repeat {times}")

    def _signal(self, name):
        # Systems without these signals do not pause it.
        with contextlib.suppress(ProcessLookupError, AttributeError):
            os.killpg(self._process.pid, getattr(signal, name))

    def _ask(self, line):
        self._signal("SIGCONT")
        # If it has died, reading the answer says why.
        with contextlib.suppress(BrokenPipeError):
            print(line, file=self._process.stdin, flush=True)
        return self._read()

    def _read(self):
        line = self._process.stdout.readline()
        if line:
            self._signal("SIGSTOP")
        answer = json.loads(line) if line else {"failed": self._last_error()}
        if "missing" in answer:
            raise MissingLibraryError(answer["missing"])
        if "failed" in answer:
            raise ContenderError(answer["failed"])
        return answer

    def _last_error(self):
        status = self._process.wait()
        self._errors.seek(0)
        lines = self._errors.read().decode(errors="replace").strip().splitlines()
        return f"ended with status {status}" + (f": {lines[-1]}" if lines else "")
