"""Entry point of training: resolves data and system, then fits it."""

import contextlib
import logging
import time

import keras

from keras_wsad.baselines import open_system
from keras_wsad.baselines.registry import check_settings
from keras_wsad.config import with_absolute_paths
from keras_wsad.data import open_experiment_data
from keras_wsad.data.standardization import Standardization
from keras_wsad.hardware import check_bfloat16
from keras_wsad.progress import timed
from keras_wsad.training.run_folder import begin_run
from keras_wsad.training.run_folder import check_is_new
from keras_wsad.training.run_folder import finish_run
from keras_wsad.training.run_folder import new_run
from keras_wsad.training.run_folder import run_to_resume

_logger = logging.getLogger(__name__)


def train(config, resume=None):
    """Trains a system and leaves a run folder.

    Args:
        config: `ExperimentConfig`.
        resume: str or path, or `None`. A run folder to go on with; `config` must be its
            own but for `steps`. Optimizer, step and random states of a Keras model
            continue, so that the end is that of an unbroken run; a system that is none
            begins anew with what it has left in its folder.

    Returns:
        The `Run`.

    Raises:
        LockedError: another process trains or evaluates the run.
        WSADError: the data, the settings or the folder do not fit.
        NaNLossError: the loss became NaN; the run folder keeps the last whole epoch.
    """
    started = time.monotonic()
    config = with_absolute_paths(config)
    system = open_system(config.system)(config)
    check_settings(config)
    check_bfloat16(config.precision)
    with contextlib.ExitStack() as held:
        run = run_to_resume(resume, config, held) if resume else new_run(config)
        if config.deterministic:
            held.enter_context(op_determinism())
        data = open_experiment_data(config).audited()
        # After the data, which may have needed a network of its own.
        keras.utils.set_random_seed(config.seed)
        if config.marks is not None:
            data = data.marked(config.marks)
        _logger.info(data.summary)
        if config.standardize:
            rows = data.rows(data.training, config.train_crop)
            data = data.standardized(Standardization.of(data.store, rows))
        before = keras.config.dtype_policy()
        keras.config.set_dtype_policy(config.precision)
        try:
            with timed("Training"):
                # Nothing is written before data and settings are known to fit.
                system.check(data)
                if not resume:
                    held.enter_context(run.locked())
                    # Another process may have begun it meanwhile.
                    check_is_new(run)
                begin_run(run, config, data)
                _logger.info("%s: %s", run.folder, system.title)
                ended = system.fit(data, run)
                finish_run(run, system, data, ended, started)
        except KeyboardInterrupt as stop:
            if run.config.is_file():
                raise KeyboardInterrupt(
                    f"--resume {run.folder} goes on with the run"
                ) from stop
            raise
        finally:
            keras.config.set_dtype_policy(before)
    return run


@contextlib.contextmanager
def op_determinism():
    """Makes TensorFlow's operations deterministic, and what they were before at the end."""
    if keras.backend.backend() != "tensorflow":
        yield
        return
    import tensorflow as tf

    # TensorFlow publishes a way in and none out.
    from tensorflow.python.framework import config as framework

    before = framework.is_op_determinism_enabled()
    tf.config.experimental.enable_op_determinism()
    try:
        yield
    finally:
        if not before:
            framework.disable_op_determinism()
