import keras
import numpy as np

from keras_wsad.errors import NaNLossError


class StopOnNaN(keras.callbacks.Callback):
    """Stops with an error that names the videos of the batch whose loss is NaN.

    Args:
        batch_names: function of a step, counted from 0 over all epochs, that returns the
            names of the videos of its batch.
        steps_per_epoch: int.

    Raises:
        NaNLossError: at the end of the first batch whose loss is NaN or infinite.
    """

    def __init__(self, batch_names, steps_per_epoch):
        super().__init__()
        self.batch_names = batch_names
        self.steps_per_epoch = steps_per_epoch
        self._epoch = 0

    def on_epoch_begin(self, epoch, logs=None):
        self._epoch = epoch

    def on_train_batch_end(self, batch, logs=None):
        # Keras logs the mean over the epoch so far. Checked after every batch, it turns NaN
        # at the batch that is to blame.
        if np.isfinite(logs["loss"]):
            return
        losses = {name: float(value) for name, value in logs.items()}
        step = self._epoch * self.steps_per_epoch + batch
        names = ", ".join(self.batch_names(step))
        message = (
            f"The loss is not finite at epoch {self._epoch + 1}, batch {batch + 1}: "
            f"{losses}. Videos of the batch: {names}"
        )
        if step:
            # A gradient that overflows shows in the loss of the next batch.
            before = ", ".join(self.batch_names(step - 1))
            message += f". Videos of the batch before: {before}"
        raise NaNLossError(message)
