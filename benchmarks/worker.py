"""A process that runs one contender of a work on command.

    python -m benchmarks.worker training_step "keras_wsad float32" --size '{"videos": 60}'

`benchmarks.contender` starts it, writes commands and reads answers, a line each:

| command | action | answer, one line of JSON |
|---|---|---|
| (none) | the contender is set up | `{"ready": true}`, `{"missing": why}` |
| `first` | the work, once | `{"result": {"shape": [..], "values": [..]}}` |
| `repeat N` | the work, N times | `seconds`, `cpu_seconds` of all N, `peak_mib` so far |

Any answer may be `{"failed": why}`. It ends at the end of its standard input.
"""

import argparse
import importlib
import json
import os
import pathlib
import resource
import sys
import time
import traceback

import numpy as np

from keras_wsad.errors import MissingExtraError


def open_work(name):
    """Imports the module of a work.

    Args:
        name: str. A module of `benchmarks.works`, or the full name of any other.
    """
    return importlib.import_module(name if "." in name else f"benchmarks.works.{name}")


def serve(set_up, size, commands, answer):
    """Sets a contender up and executes commands until there are no more.

    Args:
        set_up: function that takes the size and returns the work, a function.
        size: dict.
        commands: iterable of lines.
        answer: function that takes a dict.
    """
    try:
        work = set_up(**size)
        answer({"ready": True})
        for line in commands:
            command, _, times = line.strip().partition(" ")
            if command == "first":
                answer({"result": _as_json(work())})
            elif command == "repeat":
                answer(_repeat(work, int(times)))
            else:
                raise ValueError(f"Expected first or repeat N. Received: {line!r}")
    except (ImportError, MissingExtraError) as error:
        traceback.print_exc()
        answer({"missing": str(error)})
    except Exception as error:
        traceback.print_exc()
        answer({"failed": f"{type(error).__name__}: {error}"})


def _as_json(result):
    if result is None:
        return None
    array = np.asarray(result, np.float64)
    return {"shape": array.shape, "values": array.ravel().tolist()}


def _repeat(work, times):
    cpu, started = _cpu_seconds(), time.perf_counter()
    for _ in range(times):
        work()
    return {
        "seconds": time.perf_counter() - started,
        "cpu_seconds": _cpu_seconds() - cpu,
        "peak_mib": _peak_mib(),
    }


def _cpu_seconds():
    """Returns the processor time of this process, its threads and its children."""
    kinds = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    usages = [resource.getrusage(kind) for kind in kinds]
    own = sum(usage.ru_utime + usage.ru_stime for usage in usages)
    return own + _cpu_seconds_of_running_children()


def _cpu_seconds_of_running_children():
    """Returns that of all other processes in the group; 0 without `/proc`."""
    ticks = 0
    for file in pathlib.Path("/proc").glob("[0-9]*/stat"):
        try:
            # The name, in parentheses, may hold spaces.
            fields = file.read_text(encoding="ascii", errors="replace").rpartition(")")[2]
        except OSError:
            continue
        fields = fields.split()
        if int(fields[2]) == os.getpgrp() and file.parent.name != str(os.getpid()):
            ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def _peak_mib():
    """Returns the peak memory of this process or one of its ended children."""
    # Kilobytes on Linux, bytes on macOS.
    unit = 1 if sys.platform == "darwin" else 1024
    children = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * unit
    try:
        # On Linux ru_maxrss may be that of the parent process.
        status = pathlib.Path("/proc/self/status").read_text(encoding="ascii")
        own = int(status.partition("VmHWM:")[2].split()[0]) * 1024
    except (OSError, IndexError):
        own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit
    return max(own, children) / 2**20


def main(argv=None):
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("work")
    parser.add_argument("contender")
    parser.add_argument("--size", type=json.loads, default={}, help="JSON")
    arguments = parser.parse_args(argv)
    # Standard output is for answers only: what libraries print, even from C, goes to
    # standard error.
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)

    def answer(content):
        print(json.dumps(content), file=answers, flush=True)

    def set_up(**size):
        return open_work(arguments.work).CONTENDERS[arguments.contender](**size)

    serve(set_up, arguments.size, sys.stdin, answer)
    # The regular shutdown of TensorFlow takes longer than many a work.
    sys.stderr.flush()
    os._exit(0)


if __name__ == "__main__":
    main()
