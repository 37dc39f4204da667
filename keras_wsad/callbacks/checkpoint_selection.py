import contextlib
import pathlib

import keras
import numpy as np

from keras_wsad.errors import RunError
from keras_wsad.files import atomic_path


class CheckpointSelection(keras.callbacks.Callback):
    """Evaluates the model after each epoch and keeps the best weights by a named rule.

    Of equal epochs the first is kept, by `"best_on_test"` the last as in the authors' code.
    If the optimizer averages the weights, it is their average that is evaluated and kept.
    The metrics are added to the epoch's logs, for later callbacks. The weights file is
    named after its epoch, so that after a kill the best weights of the saved state still
    exist, and are not overwritten by a later epoch.

    Args:
        rule: `"best_on_validation"`, `"best_on_test"` or `"last"`.
        folder: path. Folder of the best weights.
        judges: dict from a prefix (`"val"`, `"test"`) to a function of the model that
            returns a dict with `auc` and, for a model that names classes, `maa`, both at
            video level. Without classes `auc` alone decides.
        metric: `"mean"` of both, `"maa"`, or `"each"`, which keeps two epochs: one for
            `auc` and one for `maa`. Defaults to `"mean"`.
        patience: int. Epochs after which training stops if no metric has risen above its
            best; `0` for never. Defaults to `0`.
    """

    def __init__(self, rule, folder, judges, metric="mean", patience=0):
        super().__init__()
        self.rule = rule
        self.folder = pathlib.Path(folder)
        self.judges = judges
        self.metric = metric
        self.patience = patience
        self.best = {}
        self.kept = {}
        self.improved = False
        self._rose = 0

    def on_epoch_end(self, epoch, logs=None):
        with _averaged_weights(self.model):
            self._judge(epoch, logs)

    def _judge(self, epoch, logs):
        for prefix, judge in self.judges.items():
            for name, value in judge(self.model).items():
                logs[f"{prefix}_{name}"] = value
        if self.rule == "last":
            self.kept = {"last": epoch}
            return
        self.improved = False
        for name, value in self.criteria(logs).items():
            rises = name not in self.best or value > self.best[name]
            if rises:
                self._rose = epoch
            if rises or (value == self.best[name] and self.rule == "best_on_test"):
                self.best[name], self.kept[name] = value, epoch
                self.improved = True
        if self.improved:
            with atomic_path(self.path_of(epoch)) as temporary:
                self.model.save_weights(temporary)
        if self.is_flat(epoch):
            self.model.stop_training = True

    def criteria(self, logs):
        """Returns the values that the rule maximises, by name, from an epoch's logs."""
        prefix = "test" if self.rule == "best_on_test" else "val"
        found = {name: logs.get(f"{prefix}_{name}") for name in ("auc", "maa")}
        if found["maa"] is None:
            return {"auc": found["auc"]}
        if self.metric == "mean":
            return {"mean": (found["auc"] + found["maa"]) / 2}
        return {"maa": found["maa"]} if self.metric == "maa" else found

    def is_flat(self, epoch):
        """Whether the patience is spent at the end of an epoch, counted from 0."""
        return self.patience > 0 and epoch - self._rose >= self.patience

    def path_of(self, epoch):
        """Returns the path of the weights of an epoch, counted from 0."""
        return self.folder / f"best-{epoch + 1}.weights.h5"

    def state(self):
        """Returns what `restore` takes, a dict for JSON."""
        return {"best": self.best, "kept": self.kept, "rose": self._rose}

    def restore(self, best, kept, rose):
        """Goes on from an earlier state.

        Raises:
            RunError: the weights of a kept epoch do not exist.
        """
        self.best, self.kept, self._rose = best, kept, rose
        for epoch in kept.values() if self.rule != "last" else ():
            path = self.path_of(epoch)
            if not path.is_file():
                raise RunError(f"{path}: expected the weights of the best epoch so far.")

    def remove_others(self):
        """Removes the weights of the epochs that are not kept."""
        kept = {self.path_of(epoch) for epoch in self.kept.values()}
        for path in self.folder.glob("best-*.weights.h5"):
            if path not in kept:
                path.unlink(missing_ok=True)


@contextlib.contextmanager
def _averaged_weights(model):
    """Gives a model the moving average of its weights, if its optimizer has one."""
    if not model.optimizer.use_ema:
        yield
        return
    own = model.get_weights()
    model.optimizer.finalize_variable_values(model.trainable_variables)
    # Copies: in JAX model and optimizer would share arrays, which `predict` gives away.
    model.set_weights([np.array(weights) for weights in model.get_weights()])
    try:
        yield
    finally:
        model.set_weights(own)
