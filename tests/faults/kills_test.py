"""Whenever a command is killed, the same command later ends as if it had not been.

One kill of each; `KERAS_WSAD_FAULTS=all` for twenty.
"""

import json
import multiprocessing
import os
import pathlib
import shutil
import signal
import sqlite3
import sys
import time

import numpy as np
import pytest

import keras_wsad.models  # noqa: F401
from keras_wsad.files import read_json
from keras_wsad.runs import Run
from keras_wsad.serve.reviews import Reviews
from tests.compare_runs import assert_same_runs
from tests.faults.reviews_test import work
from tests.faults.training_test import names_in
from tests.faults.writes_test import contents
from tests.video.make_video import make_video

pytestmark = pytest.mark.large

KILLS = 20 if os.environ.get("KERAS_WSAD_FAULTS") == "all" else 1
# Imported once, before processes are forked; nothing is computed before, as TensorFlow's
# threads would not survive it.
_IMPORTED = [
    "tensorflow",
    "keras",
    "evaluate",
    "keras_wsad.cli.extract",
    "keras_wsad.cli.train",
    "keras_wsad.cli.watch",
    "keras_wsad.evaluation",
    "keras_wsad.features.extract_videos",
    "keras_wsad.inference",
    "keras_wsad.live",
    "keras_wsad.training",
    "reproduce.tables.table",
    "reproduce.tables.pictures",
    "tests.faults.reviews_test",
]


@pytest.fixture(scope="module")
def processes():
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(_IMPORTED)
    return context


def command(*arguments):
    """Runs `keras-wsad`, or `evaluate.py`, and exits with its status."""
    import evaluate
    from keras_wsad.cli import main

    is_table = arguments[0].startswith("--table")
    sys.exit((evaluate.main if is_table else main)(list(map(str, arguments))))


def run(processes, call, arguments, begun, seconds=None):
    """Runs a function in a process, killed so many seconds after a path exists.

    Returns:
        `(exit status, seconds)` since the path exists; the status is negative after a kill.
    """
    process = processes.Process(target=call, args=tuple(map(str, arguments)))
    process.start()
    while not begun.exists() and process.is_alive():
        time.sleep(0.001)
    started = time.monotonic()
    if seconds is not None:
        process.join(seconds)
        process.kill()
    process.join(300)
    return process.exitcode, time.monotonic() - started


def kill_each(processes, call, arguments, begun, check, again=None, prepare=None):
    """Kills a function at seeded moments, each time with a folder of its own.

    Args:
        processes: context of `multiprocessing`.
        call: function that ends by itself if it is not killed.
        arguments: function of a name, the arguments of the call.
        begun: function of a name, a path that exists once the call begins to write.
        check: function of a name; asserts that all is as with the name `"whole"`.
        again: function of a name, the arguments after a kill. Defaults to `arguments`.
        prepare: function of a name, called before. Defaults to `None`.
    """
    names = ["whole", *(f"killed{number}" for number in range(3 * KILLS + 3))]
    if prepare:
        prepare(names[0])
    status, whole_seconds = run(processes, call, arguments("whole"), begun("whole"))
    assert status == 0
    moments, kills, ended = np.random.default_rng(0), 0, 0
    for name in names[1:]:
        if prepare:
            prepare(name)
        seconds = moments.uniform(0, whole_seconds)
        status, _ = run(processes, call, arguments(name), begun(name), seconds)
        assert status in (0, -signal.SIGKILL)
        if status:
            kills += 1
            repeated = (again or arguments)(name)
            assert run(processes, call, repeated, begun(name))[0] == 0, f"kill {kills}"
        else:
            ended += 1
        check(name)
        if kills == KILLS:
            break
    print(f"{kills} kills, {ended} calls that ended before, {whole_seconds:.2f} s")
    assert kills == KILLS


def test_a_killed_extraction_goes_on(processes, tmp_path):
    (tmp_path / "videos").mkdir()
    for number in range(4):
        make_video(tmp_path / "videos" / f"V{number}.mp4", 20)

    def arguments(name):
        settings = ["--backbone=compact", "--random_weights", "--crops=5"]
        return ["extract", tmp_path / "videos", *settings, f"--out={tmp_path / name}"]

    def check(name):
        whole = contents(tmp_path / "whole")
        assert len(whole) == 4 * 6
        assert contents(tmp_path / name) == whole
        assert not list((tmp_path / name).glob(".*"))

    kill_each(processes, command, arguments, lambda name: tmp_path / name, check)


@pytest.mark.parametrize("system", ["chance", "joint"])
def test_a_killed_training_goes_on(processes, tiny_root, tiny_settings, tmp_path, system):
    settings = tiny_settings if system == "joint" else {"data": tiny_root}
    options = [f"--{name}={value}" for name, value in settings.items()]

    def arguments(name):
        return [
            "train",
            f"--system={system}",
            *options,
            f"--runs={tmp_path}",
            f"--name={name}",
        ]

    def again(name):
        # Before its settings are written there is no run.
        is_run = Run(tmp_path / name).config.is_file()
        return ["train", f"--resume={tmp_path / name}"] if is_run else arguments(name)

    def check(name):
        run, whole = Run(tmp_path / name), Run(tmp_path / "whole")
        if system == "joint":
            assert_same_runs(run, whole)
        assert read_json(run.metrics)["detection"] == read_json(whole.metrics)["detection"]
        assert names_in(run) == names_in(whole)

    kill_each(processes, command, arguments, lambda name: tmp_path / name, check, again)


def test_a_killed_evaluation_goes_on(processes, tiny_run, tmp_path):
    def prepare(name):
        shutil.copytree(tiny_run.folder, tmp_path / name)
        for path in (Run(tmp_path / name).metrics, Run(tmp_path / name).scores):
            path.unlink()
        for path in (tmp_path / name).glob("*.png"):
            path.unlink()

    def check(name):
        run, whole = Run(tmp_path / name), Run(tmp_path / "whole")
        assert names_in(run) == names_in(whole) == names_in(tiny_run)
        metrics, whole_metrics = read_json(run.metrics), read_json(whole.metrics)
        assert metrics["detection"] == whole_metrics["detection"]
        assert metrics["classification"] == whole_metrics["classification"]
        assert run.scores.read_bytes() == whole.scores.read_bytes()

    kill_each(
        processes,
        command,
        lambda name: ["evaluate", f"--run={tmp_path / name}", "--replicates=20"],
        lambda name: tmp_path / name / ".lock",
        check,
        prepare=prepare,
    )


def test_a_killed_table_goes_on(processes, tiny_root, tmp_path):
    def arguments(name):
        options = [f"--data={tiny_root}", f"--runs={tmp_path / name}", "--seeds", "0"]
        return ["--table1", *options, "--rows", "l1:", "--steps=4", "--replicates=10"]

    def check(name):
        folder, whole = (next((tmp_path / each).iterdir()) for each in (name, "whole"))
        assert names_in(Run(folder)) == names_in(Run(whole))
        (table,) = folder.glob("*.csv")
        assert table.read_bytes() == (whole / table.name).read_bytes()

    kill_each(processes, command, arguments, lambda name: tmp_path / name, check)


def test_a_killed_watch_leaves_whole_lines(processes, compact_run, video, tmp_path):
    def arguments(name):
        options = [f"--model={compact_run.folder}", f"--out={tmp_path / name / 'out'}"]
        return ["watch", video, "--window=8", "--threshold=0", *options]

    def records(name):
        lines = (tmp_path / name / "out").read_text().splitlines()
        records = [json.loads(line) for line in lines]
        # Not those that hold how fast it was.
        records = [record for record in records if record["type"] != "status"]
        return [{**record, "time": None} for record in records]

    def check(name):
        whole, both = records("whole"), records(name)
        assert both[-len(whole) :] == whole
        assert both[: -len(whole)] == whole[: len(both) - len(whole)]
        assert os.listdir(tmp_path / name) == ["out"]

    kill_each(
        processes,
        command,
        arguments,
        lambda name: tmp_path / name / "out",
        check,
        prepare=lambda name: (tmp_path / name).mkdir(),
    )


_NOTES = [f"V{number}" for number in range(100)]


class _Log(list):
    """A list that is kept in a file as well, before the next is done."""

    def __init__(self, path):
        self._path = path
        super().__init__(path.read_text().splitlines() if path.exists() else [])

    def append(self, note):
        with open(self._path, "a") as file:
            file.write(f"{note}\n")
        super().append(note)


def review(folder):
    """Fills a review; notes of confirmed verdicts are in a file beside it."""
    path = os.path.join(folder, "review.sqlite")
    kept = notes_in(path) if os.path.exists(path) else []
    confirmed = _Log(pathlib.Path(folder, "log"))
    assert kept[: len(confirmed)] == confirmed
    for note in kept[len(confirmed) :]:
        confirmed.append(note)
    work(path, confirmed, _NOTES)


def notes_in(path):
    reviews = Reviews(path)
    try:
        return [verdict["note"] for verdict in reviews.verdicts()]
    finally:
        reviews.close()


def test_a_killed_review_keeps_what_it_has_confirmed(processes, tmp_path):
    def check(name):
        assert notes_in(tmp_path / name / "review.sqlite") == _NOTES
        assert sorted(os.listdir(tmp_path / name)) == ["log", "review.sqlite"]
        database = sqlite3.connect(tmp_path / name / "review.sqlite")
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        database.close()

    kill_each(
        processes,
        review,
        lambda name: [tmp_path / name],
        lambda name: tmp_path / name / "review.sqlite",
        check,
        prepare=lambda name: (tmp_path / name).mkdir(),
    )
