import keras

from keras_wsad.files import atomic_path


class CheckpointSelection(keras.callbacks.Callback):
    """Judges the model after each epoch and keeps the weights that a named rule prefers.

    The metrics are added to the epoch's logs, for the callbacks that come after this one.

    Args:
        rule: `"best_on_validation"`, `"best_on_test"` or `"last"`.
        path: path. Where the best weights are written, a `.weights.h5` file.
        judges: dict from a prefix (`"val"`, `"test"`) to a function of the model that
            returns a dict with `auc` and `maa`, at video level.
    """

    def __init__(self, rule, path, judges):
        super().__init__()
        self.rule = rule
        self.path = path
        self.judges = judges
        self.best = None
        self.best_epoch = None

    def on_epoch_end(self, epoch, logs=None):
        for prefix, judge in self.judges.items():
            for name, value in judge(self.model).items():
                logs[f"{prefix}_{name}"] = value
        if self.rule == "last":
            self.best_epoch = epoch
            return
        value = self.criterion(logs)
        if self.best is None or value > self.best:
            self.best, self.best_epoch = value, epoch
            with atomic_path(self.path) as temporary:
                self.model.save_weights(temporary)

    def criterion(self, logs):
        """Returns what the rule wants to be high, from the logs of an epoch."""
        if self.rule == "best_on_test":
            return logs["test_maa"]
        return (logs["val_auc"] + logs["val_maa"]) / 2
