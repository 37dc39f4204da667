import json
import time

import keras
import numpy as np

from keras_wsad.arrays import read_npz
from keras_wsad.csv_text import csv_text
from keras_wsad.errors import RunError
from keras_wsad.files import atomic_path
from keras_wsad.files import write_text


class RunState(keras.callbacks.Callback):
    """Saves the state from which a killed run resumes as if it had not been stopped.

    The state holds the variables of the model (dropout generators included) and of the
    optimizer, the log, and the checkpoint selection. The order of the batches needs no
    state: it depends on seed and epoch alone. The file is written atomically, whenever the
    best weights change and otherwise after each epoch, throttled to 10 % of wall time. A
    run that resumes from an earlier epoch gives the same result.

    Args:
        path: path. The state, an `.npz` file without pickles.
        log_path: path. The log, a CSV with a line per epoch.
        selection: `CheckpointSelection`, which must come before this callback.
        data_key: str. Hash of the videos and their features; a run resumes only with the
            same.
    """

    def __init__(self, path, log_path, selection, data_key=""):
        super().__init__()
        self.path = path
        self.log_path = log_path
        self.selection = selection
        self.data_key = data_key
        self.rows = []
        self._next_save = 0.0
        self._log_is_current = False

    def restore(self, model):
        """Restores a saved state.

        Args:
            model: compiled `keras.Model`, built as the saved one was.

        Returns:
            int, the epoch to resume at; `0` if nothing was saved.

        Raises:
            RunError: the state is damaged, or belongs to another model or other data.
        """
        if not self.path.is_file():
            return 0
        model.optimizer.build(model.trainable_variables)
        variables = _variables(model)
        try:
            state = read_npz(self.path)
            progress = json.loads(str(state["progress"]))
            data_key, rows = progress["data_key"], progress["rows"]
            epoch, selection = progress["epoch"], progress["selection"]
            values = [state[f"variable_{i}"] for i in range(len(variables))]
        except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
            raise RunError(f"{self.path}: not a state of this run ({error}).") from error
        if data_key != self.data_key:
            raise RunError(
                f"{self.path}: the features or the lists have changed since the run began, "
                "so that its held-out videos may differ. Restore them, or start a new run."
            )
        for variable, value in zip(variables, values, strict=True):
            if tuple(variable.shape) != value.shape:
                raise RunError(
                    f"{self.path}: expected {variable.path} of shape "
                    f"{tuple(variable.shape)}. Received: {value.shape}"
                )
            variable.assign(value)
        self.rows = rows
        self.selection.restore(**selection)
        return epoch

    def on_epoch_end(self, epoch, logs=None):
        row = {"epoch": epoch + 1, "step": int(self.model.optimizer.iterations)}
        self.rows.append(row | {name: float(value) for name, value in logs.items()})
        started = time.monotonic()
        if started >= self._next_save or self.selection.improved:
            self.save(epoch + 1)
            ended = time.monotonic()
            self._next_save = ended + 9 * (ended - started)
        self._write_log()

    def _write_log(self):
        """Adds a line to the log; what an earlier process left in it is replaced."""
        if self._log_is_current:
            with open(self.log_path, "a", encoding="utf-8", newline="") as file:
                file.write(_as_csv(self.rows[-1:]).partition("\n")[2])
        else:
            write_text(self.log_path, _as_csv(self.rows))
            self._log_is_current = True

    def save(self, epoch):
        """Writes the state after `epoch` epochs."""
        progress = {
            "epoch": epoch,
            "data_key": self.data_key,
            "rows": self.rows,
            "selection": self.selection.state(),
        }
        arrays = {
            f"variable_{i}": keras.ops.convert_to_numpy(variable)
            for i, variable in enumerate(_variables(self.model))
        }
        with atomic_path(self.path) as temporary:
            np.savez(temporary, progress=json.dumps(progress), **arrays)
        # No saved state refers to the weights of other epochs any more.
        self.selection.remove_others()


def _variables(model):
    return [*model.variables, *model.optimizer.variables]


def _as_csv(rows):
    return csv_text(dict.fromkeys(name for row in rows for name in row), rows)
