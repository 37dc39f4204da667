import pathlib

import keras

from keras_wsad.errors import RunError
from keras_wsad.files import atomic_path


class CheckpointSelection(keras.callbacks.Callback):
    """Evaluates the model after each epoch and keeps the best weights by a named rule.

    Of equal epochs the first is kept, by `"best_on_test"` the last as in the authors' code.
    The metrics are added to the epoch's logs, for later callbacks. The weights file is
    named after its epoch, so that after a kill the best weights of the saved state still
    exist, and are not overwritten by a later epoch.

    Args:
        rule: `"best_on_validation"`, `"best_on_test"` or `"last"`.
        folder: path. Folder of the best weights.
        judges: dict from a prefix (`"val"`, `"test"`) to a function of the model that
            returns a dict with `auc` and, for a model that names classes, `maa`, both at
            video level. Without classes `auc` alone decides.
    """

    def __init__(self, rule, folder, judges):
        super().__init__()
        self.rule = rule
        self.folder = pathlib.Path(folder)
        self.judges = judges
        self.best = None
        self.best_epoch = None
        self.improved = False

    def on_epoch_end(self, epoch, logs=None):
        for prefix, judge in self.judges.items():
            for name, value in judge(self.model).items():
                logs[f"{prefix}_{name}"] = value
        if self.rule == "last":
            self.best_epoch = epoch
            return
        value = self.criterion(logs)
        self.improved = (
            self.best is None
            or value > self.best
            or (value == self.best and self.rule == "best_on_test")
        )
        if self.improved:
            self.best, self.best_epoch = value, epoch
            with atomic_path(self.path_of(epoch)) as temporary:
                self.model.save_weights(temporary)

    def criterion(self, logs):
        """Returns the value that the rule maximises, from the logs of an epoch."""
        if self.rule == "best_on_test":
            return logs.get("test_maa", logs["test_auc"])
        return (logs["val_auc"] + logs.get("val_maa", logs["val_auc"])) / 2

    def path_of(self, epoch):
        """Returns the path of the weights of an epoch, counted from 0."""
        return self.folder / f"best-{epoch + 1}.weights.h5"

    def check_weights(self):
        """Checks that the weights of the best epoch exist.

        Raises:
            RunError: they do not exist.
        """
        if self.rule != "last" and self.best_epoch is not None:
            path = self.path_of(self.best_epoch)
            if not path.is_file():
                raise RunError(f"{path}: expected the weights of the best epoch so far.")

    def remove_weights(self, keep):
        """Removes the weights of all epochs but one, or of all with `None`."""
        for path in self.folder.glob("best-*.weights.h5"):
            if keep is None or path != self.path_of(keep):
                path.unlink(missing_ok=True)
