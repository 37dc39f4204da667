import contextlib
import pathlib
import tempfile
import time

import numpy as np
import pytest

from benchmarks.contender import Contender
from benchmarks.contender import ContenderError
from benchmarks.contender import MissingLibraryError

pytestmark = pytest.mark.large

TOY = "tests.benchmarks.toy_work"
SIZE = {"milliseconds": 2}


def test_a_contender_works_as_often_as_it_is_asked_whatever_it_prints():
    with Contender(TOY, "fast", SIZE) as contender:
        np.testing.assert_array_equal(contender.first(), [1.0, 2.0])
        once, often = contender.repeat(1), contender.repeat(20)
    assert once["seconds"] >= 0.002
    assert often["seconds"] >= 20 * 0.002
    assert once["cpu_seconds"] >= 0
    # A Python process with numpy, and no more.
    assert 10 < often["peak_mib"] < 1000


def test_nothing_is_made_ready_in_the_time_of_others():
    with Contender(TOY, "ahead", SIZE) as contender:
        (before,) = contender.first()
        time.sleep(0.5)
        (after,) = contender.first()
    # A millisecond each, were it awake.
    assert after - before < 100


def running(group):
    """Processes of a group, without zombies."""
    found = []
    for file in pathlib.Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            state, _, of, *_ = file.read_text().rpartition(")")[2].split()
            if int(of) == group and state not in "ZX":
                found.append(file.parent.name)
    return found


@pytest.mark.skipif(not pathlib.Path("/proc/self/stat").exists(), reason="is of Linux")
def test_processor_time_of_children_counts_and_they_end_with_it():
    with Contender(TOY, "parent", SIZE) as contender:
        contender.first()
        assert contender.repeat(1)["cpu_seconds"] > 0.1
        group = contender._process.pid
        assert running(group)
    time.sleep(0.1)
    assert not running(group)


def test_a_work_without_a_result_has_none():
    with Contender(TOY, "silent", SIZE) as contender:
        assert contender.first() is None


def test_an_absent_library_is_named():
    with (
        pytest.raises(MissingLibraryError, match="no_such_library"),
        Contender(TOY, "absent", SIZE),
    ):
        pass


def test_a_failure_says_of_what():
    with (
        Contender(TOY, "failing", SIZE) as contender,
        pytest.raises(ContenderError, match="RuntimeError: no result today"),
    ):
        contender.first()


@pytest.mark.parametrize("name", ["dying", "dying_later"])
def test_a_process_that_dies_leaves_its_last_words(name):
    with (
        pytest.raises(ContenderError, match="ended with status 9: out of memory"),
        Contender(TOY, name, SIZE) as contender,
    ):
        contender.first()


def test_temporary_files_go_with_the_process(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    with Contender(TOY, "littering", SIZE) as contender:
        contender.first()
        assert list(tmp_path.glob("*/litter*"))
    assert not list(tmp_path.iterdir())


def test_an_unknown_contender_fails():
    with pytest.raises(ContenderError, match="KeyError"), Contender(TOY, "none", SIZE):
        pass
