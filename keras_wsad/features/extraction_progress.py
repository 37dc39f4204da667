import threading

import rich.console
import rich.progress


class ExtractionProgress:
    """A progress bar with the videos done, clips per second and the time left.

    The time left is estimated from the size of the video files. Without a terminal there is
    no bar. A context manager; the methods may be called from any thread.

    Args:
        videos: dict from name to path of the videos to extract.
    """

    def __init__(self, videos):
        self._sizes = {
            name: path.stat().st_size if path.is_file() else 0
            for name, path in videos.items()
        }
        self._shares = dict.fromkeys(videos, 0.0)
        self._done = self._clips = 0
        self._lock = threading.Lock()
        console = rich.console.Console(stderr=True)
        self._bar = rich.progress.Progress(
            rich.progress.TextColumn("Extracting"),
            rich.progress.BarColumn(),
            rich.progress.TextColumn("{task.fields[videos]}"),
            rich.progress.TextColumn("{task.fields[speed]}"),
            rich.progress.TimeRemainingColumn(),
            console=console,
            disable=not console.is_terminal,
        )
        self._task = self._bar.add_task(
            "", total=max(sum(self._sizes.values()), 1), videos="", speed=""
        )

    def __enter__(self):
        if self._sizes:
            self._bar.start()
        return self

    def __exit__(self, *_):
        self._bar.stop()

    def clip(self, name, planned):
        """A clip is done, of a video that has about `planned`."""
        with self._lock:
            self._clips += 1
            self._shares[name] = min(self._shares[name] + 1 / planned, 1.0)
            self._show()

    def video(self, name):
        """A video is done, or given up."""
        with self._lock:
            self._done += 1
            self._shares[name] = 1.0
            self._show()

    def _show(self):
        task = self._bar.tasks[0]
        seconds = task.elapsed or 0
        self._bar.update(
            self._task,
            completed=sum(size * self._shares[name] for name, size in self._sizes.items()),
            videos=f"{self._done}/{len(self._sizes)} videos",
            speed=f"{self._clips / seconds:.1f} clips/s" if seconds else "",
        )
