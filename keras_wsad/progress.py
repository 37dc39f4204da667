"""Progress bars for what takes longer than two seconds."""

import contextlib
import logging
import sys
import time

import rich.progress

_logger = logging.getLogger(__name__)


def track(items, description, total=None):
    """Yields the items, with a progress bar from the second second on.

    Args:
        items: an iterable.
        description: str. What is being done, shown before the bar.
        total: int or `None`. How many items there are, if they do not know themselves.
    """
    progress = _bar()
    started = time.monotonic()
    task = progress.add_task(description, total=len(items) if total is None else total)
    try:
        for item in items:
            if not progress.live.is_started and time.monotonic() - started > 2:
                progress.start()
            yield item
            progress.advance(task)
    finally:
        progress.stop()


@contextlib.contextmanager
def count_up(description):
    """Gives a function to be called for each thing done, with how many there will be.

    It also takes how many things were done at once. A progress bar is shown from the second
    second on.

    Args:
        description: str. What is being done, shown before the bar.
    """
    progress = _bar()
    started = time.monotonic()
    task = progress.add_task(description, total=None)

    def step(total, things=1):
        if not progress.live.is_started and time.monotonic() - started > 2:
            progress.start()
        progress.update(task, advance=things, total=total)

    try:
        yield step
    finally:
        progress.stop()


@contextlib.contextmanager
def timed(stage):
    """Logs in one line how long the block took, if it ends well.

    Args:
        stage: str. What is being done.
    """
    started = time.monotonic()
    yield
    _logger.info("%s took %.1f s", stage, time.monotonic() - started)


def _bar():
    return rich.progress.Progress(
        rich.progress.TextColumn("{task.description}"),
        rich.progress.BarColumn(),
        rich.progress.MofNCompleteColumn(),
        rich.progress.TimeRemainingColumn(),
        console=rich.console.Console(stderr=True),
        disable=not sys.stderr.isatty(),
    )
