import pytest

from keras_wsad.callbacks import TrainingProgress
from keras_wsad.training import train


def train_until(last_epoch, config, **options):
    """Trains a run and breaks it off in an epoch."""

    class StopError(Exception):
        pass

    def stop(self, epoch, logs=None):
        if epoch == last_epoch:
            raise StopError

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TrainingProgress, "on_epoch_end", stop)
        with pytest.raises(StopError):
            train(config, **options)
