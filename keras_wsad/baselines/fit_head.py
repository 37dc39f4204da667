"""The fit of a Keras model: batches, checkpoint, resumption."""

import importlib.util
import logging
import math

import keras
import numpy as np

from keras_wsad.baselines.judges import validation_judges
from keras_wsad.callbacks import CheckpointSelection
from keras_wsad.callbacks import RunState
from keras_wsad.callbacks import StopOnNaN
from keras_wsad.callbacks import TrainingProgress
from keras_wsad.data.pipelines import epoch_schedule
from keras_wsad.data.pipelines import steps_per_epoch
from keras_wsad.data.pipelines import training_batches
from keras_wsad.files import atomic_path

_logger = logging.getLogger(__name__)


def fit_head(system, data, run):
    """Trains a `Head`, or goes on with its training.

    Args:
        system: `Head`.
        data: `ExperimentData`.
        run: `Run`, one that was begun.

    Returns:
        `(model, ended)`: the trained model of the kept epoch, and a dict for JSON with
        `steps`, `epochs` and `checkpoint`. Weights for classification alone, if they are
        kept, are left in `run.classification`.
    """
    config = system.config
    is_anomalous = np.array([video.is_anomalous for video in data.training])
    schedule = {
        "anomalous_per_batch": config.anomalous_per_batch,
        "normal_per_batch": config.normal_per_batch,
        "order": config.batch_order,
        "seed": config.seed,
    }
    steps_per_pass = steps_per_epoch(
        is_anomalous, config.anomalous_per_batch, config.normal_per_batch
    )
    # To Keras an epoch ends where the model is evaluated.
    steps = 1 if config.checkpoint_every == "step" else steps_per_pass
    epochs = math.ceil(config.steps / steps)
    rows = data.rows(data.training, config.train_crop)

    model = system.build(data.store.feature_dim)
    system.compile(model, data.class_counts)
    judges = validation_judges(config, data)
    selection = CheckpointSelection(
        config.checkpoint_rule,
        run.workspace,
        judges,
        config.checkpoint_metric,
        math.ceil(config.patience / steps),
    )
    state = RunState(run.state, run.log, selection, data_key=data.key)
    first_epoch = state.restore(model)

    def batch_names(step):
        number, batch = divmod(step, steps_per_pass)
        places = epoch_schedule(is_anomalous, number, **schedule)[batch]
        return [data.training[place].name for place in places]

    batches = training_batches(
        data.store.features,
        data.store.normalized_features,
        rows,
        [video.label for video in data.training],
        is_anomalous,
        targets=tuple(model.output),
        first_step=first_epoch * steps,
        marks=data.marks,
        **schedule,
    )
    _make_variables(model, batches.element_spec)
    _logger.info(
        f"{run.folder}: {model.count_params():,} parameters, {epochs * steps} steps, "
        f"evaluated every {steps}, checkpoint rule {config.checkpoint_rule}"
        + (f", going on after epoch {first_epoch}" if first_epoch else "")
    )
    progress = TrainingProgress(steps, epochs)
    try:
        model.fit(
            batches,
            # A run that was killed after its last epoch has none left.
            epochs=first_epoch if selection.is_flat(first_epoch - 1) else epochs,
            initial_epoch=first_epoch,
            steps_per_epoch=steps,
            shuffle=False,
            verbose=0,
            callbacks=[
                StopOnNaN(batch_names, steps),
                selection,
                *_tensorboard(run),
                state,
                progress,
            ],
        )
    finally:
        progress.close()
    if selection.is_flat(len(state.rows) - 1):
        _logger.info(
            f"stopped after {state.rows[-1]['step']} steps: no metric has risen for "
            f"{config.patience}"
        )
    kept = dict(selection.kept)
    of_classes = kept.pop("maa") if len(kept) == 2 else None
    (best,) = kept.values()
    checkpoint = {"rule": config.checkpoint_rule, **state.rows[best]}
    if of_classes is not None:
        checkpoint["classification"] = state.rows[of_classes]
        model.load_weights(selection.path_of(of_classes))
        with atomic_path(run.classification) as temporary:
            _to_save(model, system, data).save_weights(temporary)
    if config.checkpoint_rule != "last":
        model.load_weights(selection.path_of(best))
    return _to_save(model, system, data), {
        "steps": state.rows[-1]["step"],
        "epochs": len(state.rows),
        "checkpoint": checkpoint,
    }


def _make_variables(model, batch_spec):
    """Makes the variables of optimizer and losses, so that the first step does not.

    A step that makes variables is traced by TensorFlow a second time, which takes seconds.
    """
    model.optimizer.build(model.trainable_variables)
    inputs, targets = keras.tree.map_structure(
        lambda spec: keras.ops.zeros((1, *spec.shape[1:]), spec.dtype.name), batch_spec
    )
    model.compute_loss(inputs, targets, model(inputs, training=False))


def _tensorboard(run):
    # An extra: everything that it shows is in the run's log as well.
    if importlib.util.find_spec("tensorboard") is None:
        return []
    return [keras.callbacks.TensorBoard(run.tensorboard, write_graph=False)]


def _to_save(model, system, data):
    """Returns the model in float32 and without its optimizer, which is twice its size.

    The weights are float32 under any precision. For a single video a faster product does
    not make up for converting them, and scores are the same wherever they are computed.
    """
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy("float32")
    try:
        copy = system.build(data.store.feature_dim)
    finally:
        keras.config.set_dtype_policy(before)
    copy.set_weights(model.get_weights())
    return copy
