"""A work of the benchmarks that takes no time, with every kind of contender."""

import os
import subprocess
import sys
import tempfile
import threading
import time

TITLE = "Toy"
SIZES = {"full": {"milliseconds": 4}, "quick": {"milliseconds": 2}}
PRECISION = {"rough": "int8"}


def flops(milliseconds):
    return None


def _sleeper(share, result):
    def set_up(milliseconds):
        print("a library prints this")

        def work():
            print("and this")
            os.write(1, b"and this from C\n")
            time.sleep(share * milliseconds / 1000)
            return result

        return work

    return set_up


def _needs_a_library(milliseconds):
    import no_such_library

    return no_such_library


def _fails(milliseconds):
    def work():
        raise RuntimeError("no result today")

    return work


def _dies(milliseconds):
    print("out of memory", file=sys.stderr, flush=True)
    os._exit(9)


def _dies_later(milliseconds):
    return lambda: _dies(milliseconds)


def _works_ahead(milliseconds):
    """Counts milliseconds, whether it is asked to or not."""
    counted = []

    def count():
        while True:
            time.sleep(0.001)
            counted.append(1)

    threading.Thread(target=count, daemon=True).start()
    return lambda: [len(counted)]


# A process that takes .2 s of processor time, however long that is, for each line that it
# reads. It does not end by itself.
_CHILD = """
import sys, time
while True:
    if not sys.stdin.readline():
        time.sleep(1)
        continue
    end = time.process_time() + 0.2
    while time.process_time() < end:
        pass
    print(flush=True)
"""


def _has_a_child(milliseconds):
    """Has a child do the work."""
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    child = subprocess.Popen([sys.executable, "-c", _CHILD], **pipes)

    def work():
        child.stdin.write("\n")
        child.stdin.flush()
        child.stdout.readline()

    return work


def _litters(milliseconds):
    return lambda: tempfile.mkdtemp(prefix="litter") and None


CONTENDERS = {
    "slow": _sleeper(10, [1.0, 2.0]),
    "fast": _sleeper(1, [1.0, 2.0]),
    "rough": _sleeper(1, [1.0, 2.02]),
    "wrong": _sleeper(1, [1.0, 2.5]),
    "absent": _needs_a_library,
    "failing": _fails,
    "dying": _dies,
    "dying_later": _dies_later,
    "littering": _litters,
    "ahead": _works_ahead,
    "parent": _has_a_child,
    "silent": _sleeper(1, None),
}
