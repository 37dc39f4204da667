import keras
import rich.console
import rich.progress


class TrainingProgress(keras.callbacks.Callback):
    """A progress bar with steps, losses and validation metrics, and the time left.

    Without a terminal (a log file, CI) it prints a line every tenth of the run instead.

    Args:
        steps_per_epoch: int.
        epochs: int.
    """

    def __init__(self, steps_per_epoch, epochs):
        super().__init__()
        self.steps_per_epoch = steps_per_epoch
        self.epochs = epochs
        self._epoch = 0
        self._judged = ""
        self._console = rich.console.Console(stderr=True)
        # On a narrow terminal the numbers matter more than the bar.
        bar = [rich.progress.BarColumn(bar_width=20)] if self._console.width > 110 else []
        self._bar = rich.progress.Progress(
            rich.progress.TextColumn("{task.fields[epoch]}"),
            *bar,
            rich.progress.TextColumn("{task.completed:.0f}/{task.total:.0f}"),
            rich.progress.TimeRemainingColumn(),
            rich.progress.TextColumn("{task.fields[losses]}"),
            console=self._console,
            disable=not self._console.is_terminal,
        )

    def on_train_begin(self, logs=None):
        total = self.steps_per_epoch * self.epochs
        self._task = self._bar.add_task("", total=total, epoch="", losses="")
        self._bar.start()

    def on_epoch_begin(self, epoch, logs=None):
        self._epoch = epoch

    def on_train_batch_end(self, batch, logs=None):
        self._bar.update(
            self._task,
            completed=self._epoch * self.steps_per_epoch + batch + 1,
            epoch=f"epoch {self._epoch + 1}/{self.epochs}",
            losses=_losses(logs) + self._judged,
        )

    def on_epoch_end(self, epoch, logs=None):
        self._judged = "".join(
            f"  {name} {logs[name]:.3f}"
            for name in ("val_auc", "val_maa", "test_auc", "test_maa")
            if name in logs
        )
        tenth = max(self.epochs // 10, 1)
        if not self._console.is_terminal and (
            (epoch + 1) % tenth == 0 or epoch + 1 == self.epochs
        ):
            line = f"epoch {epoch + 1}/{self.epochs}  {_losses(logs)}{self._judged}"
            self._console.print(line, highlight=False, soft_wrap=True)

    def close(self):
        """Ends the display."""
        self._bar.stop()


def _losses(logs):
    short = {
        "loss": "loss",
        "segment_scores_loss": "rank",
        "class_probabilities_loss": "class",
    }
    return "  ".join(
        f"{name} {logs[key]:.3f}" for key, name in short.items() if key in logs
    )
