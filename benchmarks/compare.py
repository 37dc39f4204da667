"""Compares the speed of two commits in one run.

    python -m benchmarks.compare HEAD~5 HEAD --works training_step

Each commit is checked out into a folder of its own and gets the benchmarks of this
checkout, uncommitted changes included, so both are timed on the same work. What a commit
cannot do yet is reported and left out. Only this project's contenders are timed, as others
do not depend on the commit.
"""

import argparse
import contextlib
import pathlib
import shutil
import subprocess
import sys
import tempfile

import rich.console
import rich.table

from benchmarks.contender import ROOT
from benchmarks.contender import Contender
from benchmarks.measure import time_in_turn
from benchmarks.rows import TOLERANCE
from benchmarks.rows import precision_of
from benchmarks.run import WORKS
from benchmarks.run import at_least_one
from benchmarks.run import work_name
from benchmarks.statistics import largest_deviation
from benchmarks.statistics import paired_ratio
from benchmarks.statistics import quartiles
from benchmarks.table import seconds_text
from benchmarks.worker import open_work
from keras_wsad.csv_text import csv_text
from keras_wsad.files import write_text

_COLUMNS = ("work", "contender", "before", "after", "times as fast", "disturbed", "result")


class RevisionError(Exception):
    """The commit or the repository does not exist."""


@contextlib.contextmanager
def checked_out(root, revisions):
    """Yields a checkout of each commit, with the benchmarks of `root` in it.

    Args:
        root: path of a git repository.
        revisions: list of str, names of commits.

    Raises:
        RevisionError: a commit does not exist.
    """
    commits = [
        _git(root, "rev-parse", "--verify", f"{name}^{{commit}}") for name in revisions
    ]
    with tempfile.TemporaryDirectory(prefix="benchmark-") as scratch:
        folders = [pathlib.Path(scratch, str(index)) for index in range(len(commits))]
        try:
            for folder, commit in zip(folders, commits, strict=True):
                _git(root, "worktree", "add", "--detach", str(folder), commit)
                shutil.rmtree(folder / "benchmarks", ignore_errors=True)
                shutil.copytree(root / "benchmarks", folder / "benchmarks")
            yield folders
        finally:
            for folder in folders:
                shutil.rmtree(folder, ignore_errors=True)
            # Git drops the worktrees whose folders are gone.
            _git(root, "worktree", "prune")


def compare(root, revisions, works, *, quick=False, repetitions=None):
    """Times this project's contenders of works at two commits, in turn.

    Args:
        root: path of a git repository.
        revisions: two names of commits, before and after.
        works: names of works, see `open_work`.
        quick: bool. Whether to use the small sizes. Defaults to `False`.
        repetitions: int or `None`. Rounds. Defaults to `None`, for 9, or 3 if quick.

    Returns:
        A list of dicts with the keys of the table, all strings.

    Raises:
        RevisionError: a commit does not exist.
    """
    rows = []
    with checked_out(root, revisions) as folders:
        for name in works:
            work = open_work(name)
            size = work.SIZES["quick" if quick else "full"]
            ours = [title for title in work.CONTENDERS if title.startswith("keras_wsad")]
            contenders = {
                (title, index): Contender(name, title, size, folder)
                for title in ours
                for index, folder in enumerate(folders)
            }
            rounds = repetitions or (3 if quick else 9)
            timings = time_in_turn(contenders, rounds, work.TITLE)
            for title in ours:
                before, after = timings[title, 0], timings[title, 1]
                tolerance = TOLERANCE | getattr(work, "TOLERANCE", {})
                limit = tolerance[precision_of(work, title)]
                rows.append(_row(work.TITLE, title, before, after, limit))
    return rows


def _row(work, contender, before, after, tolerance):
    row = dict.fromkeys(_COLUMNS, "-") | {"work": work, "contender": contender}
    for column, timing in (("before", before), ("after", after)):
        if timing.repetitions:
            row[column] = seconds_text(quartiles(timing.seconds).median)
        else:
            row[column] = timing.missing or timing.failed
    if not (before.repetitions and after.repetitions):
        return row
    ratio = paired_ratio(before.seconds, after.seconds)
    row["times as fast"] = f"{ratio.median:.3f} [{ratio.low:.3f}, {ratio.high:.3f}]"
    both = [*before.repetitions, *after.repetitions]
    row["disturbed"] = f"{sum(r.disturbed for r in both)} of {len(both)}"
    if before.result is not None and after.result is not None:
        deviation = largest_deviation(after.result, before.result)
        same = "the same" if deviation <= tolerance else "ANOTHER"
        row["result"] = f"{same}, deviation {deviation:.1g}"
    return row


def _git(root, *arguments):
    command = ["git", "-C", str(root), *arguments]
    result = subprocess.run(command, capture_output=True, text=True)
    if result.returncode:
        raise RevisionError(f"git {arguments[0]}: {result.stderr.strip()}")
    return result.stdout.strip()


def main(argv=None):
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("revisions", nargs=2, metavar="REV", help="before, after")
    parser.add_argument("--quick", action="store_true", help="small sizes, 3 rounds")
    parser.add_argument(
        "--works", nargs="+", type=work_name, default=WORKS, help="default: all"
    )
    parser.add_argument("--repetitions", type=at_least_one, help="rounds of each work")
    parser.add_argument("--csv", type=pathlib.Path, help="also write this file")
    arguments = parser.parse_args(argv)
    try:
        rows = compare(
            ROOT,
            arguments.revisions,
            arguments.works,
            quick=arguments.quick,
            repetitions=arguments.repetitions,
        )
    except RevisionError as error:
        parser.error(str(error))
    before, after = arguments.revisions
    view = rich.table.Table(title=f"{after} against {before}", box=rich.box.SIMPLE)
    for column in _COLUMNS:
        view.add_column(column)
    for row in rows:
        view.add_row(*row.values())
    console = rich.console.Console(highlight=False)
    width = None if console.is_terminal else 160
    rich.console.Console(highlight=False, width=width).print(view, markup=False)
    if arguments.csv:
        write_text(arguments.csv, csv_text(_COLUMNS, rows))
    return int(any("ANOTHER" in row["result"] for row in rows))


if __name__ == "__main__":
    sys.exit(main())
