"""Whatever a full disk cuts off, a review keeps what it has confirmed, and goes on."""

import contextlib
import itertools
import resource
import sqlite3

import pytest

from keras_wsad.errors import RunError
from keras_wsad.serve.reviews import Reviews

# Bytes by which the limit of a file's size grows: a page of the database.
_STEP = 4096


@contextlib.contextmanager
def file_size_limit(limit):
    """Makes writes beyond so many bytes of a file fail with EFBIG."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    # Python ignores the signal.
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def work(path, confirmed, names="ABC"):
    """Adds videos with a prediction and a verdict each, and notes what is kept."""
    reviews = Reviews(path)
    try:
        for name in names[len(confirmed) :]:
            number = reviews.add_video(name, f"/{name}.mp4")
            reviews.finish(number, "model", {"num_frames": 90}, {"text": "x" * 2000})
            verdict = dict.fromkeys(("class_name", "marked_frame"), None)
            verdict |= {"video": number, "begin_frame": 1, "end_frame": 9}
            kept = reviews.save_verdict({**verdict, "verdict": "true", "note": name})
            confirmed.append(kept["note"])
    finally:
        reviews.close()


def test_what_was_confirmed_is_kept_when_the_disk_is_full(tmp_path):
    failures = 0
    for limit in itertools.count(0, _STEP):
        path, confirmed = tmp_path / f"{limit}.sqlite", []
        try:
            with file_size_limit(limit):
                work(path, confirmed)
            break
        except (sqlite3.OperationalError, RunError):
            failures += 1
        if path.exists():
            reviews = Reviews(path)
            kept = [verdict["note"] for verdict in reviews.verdicts()]
            reviews.close()
            # One that was not confirmed may have been kept.
            assert kept[: len(confirmed)] == confirmed
            confirmed[:] = kept
        work(path, confirmed)
        assert confirmed == list("ABC")
        database = sqlite3.connect(path)
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        database.close()
    print(f"{failures} limits")
    assert failures > 10


@pytest.mark.parametrize("mode", ["journal_mode", "synchronous"])
def test_each_commit_is_on_the_disk(tmp_path, mode):
    reviews = Reviews(tmp_path / "review.sqlite")
    (value,) = reviews._database.read(f"PRAGMA {mode}")[0]
    assert value == {"journal_mode": "wal", "synchronous": 2}[mode]
    reviews.close()
