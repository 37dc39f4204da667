"""A training run, from configuration to run folder."""

import hashlib
import json
import math
import pathlib
import time

import keras
import numpy as np

from keras_wsad.callbacks import CheckpointSelection
from keras_wsad.callbacks import RunState
from keras_wsad.callbacks import StopOnNaN
from keras_wsad.callbacks import TrainingProgress
from keras_wsad.config import refuse_other_settings
from keras_wsad.config import save_config
from keras_wsad.config import with_absolute_paths
from keras_wsad.data import CLASS_NAMES
from keras_wsad.data import open_experiment_data
from keras_wsad.data.pipelines import epoch_schedule
from keras_wsad.data.pipelines import steps_per_epoch
from keras_wsad.data.pipelines import training_batches
from keras_wsad.errors import ConfigError
from keras_wsad.errors import RunError
from keras_wsad.export import export_saved_model
from keras_wsad.files import atomic_path
from keras_wsad.files import remove_partial
from keras_wsad.files import write_json
from keras_wsad.files import write_text
from keras_wsad.losses import AttentionRegularization
from keras_wsad.losses import MILRankingLoss
from keras_wsad.losses import WeightedCategoricalCrossentropy
from keras_wsad.models import JointModel
from keras_wsad.runs import Run
from keras_wsad.runs import describe_environment
from keras_wsad.validation import held_out_threshold
from keras_wsad.validation import validation_judges


def train(config, resume=None):
    """Trains a model and leaves a run folder.

    Args:
        config: `ExperimentConfig`.
        resume: str or path, or `None`. A run folder to go on with; `config` must be its
            own but for `steps`. Optimizer, step and random states continue, so that the
            end is that of an unbroken run.

    Returns:
        The `Run`.

    Raises:
        WSADError: the data, the settings or the folder do not fit.
        NaNLossError: the loss became NaN; the run folder keeps the last whole epoch.
    """
    started = time.monotonic()
    config = with_absolute_paths(config)
    run = _run_to_resume(resume, config) if resume else _new_run(config)
    if config.deterministic:
        _enable_op_determinism()
    data = open_experiment_data(config)
    # After the data, which may have needed a network of its own.
    keras.utils.set_random_seed(config.seed)
    print(data.summary)
    is_anomalous = np.array([video.is_anomalous for video in data.training])
    schedule = {
        "anomalous_per_batch": config.anomalous_per_batch,
        "normal_per_batch": config.normal_per_batch,
        "order": config.batch_order,
        "seed": config.seed,
    }
    steps = steps_per_epoch(
        is_anomalous, config.anomalous_per_batch, config.normal_per_batch
    )
    epochs = math.ceil(config.steps / steps)
    rows = data.rows(data.training, config.train_crop)

    # Nothing is written before data and settings are known to fit.
    run.folder.mkdir(parents=True, exist_ok=True)
    save_config(config, run.config)
    _record_start(run)
    write_text(run.data_report, _data_report(data))
    run.save_extraction(data.store.extraction)

    model = build_model(config, data.store.feature_dim)
    compile_model(model, config, data.class_counts)
    judges = validation_judges(config, data)
    selection = CheckpointSelection(config.checkpoint_rule, run.folder, judges)
    state = RunState(run.state, run.log, selection, data_key=_data_key(data))
    first_epoch = state.restore(model)

    def batch_names(epoch, batch):
        places = epoch_schedule(is_anomalous, epoch, **schedule)[batch]
        return [data.training[place].name for place in places]

    batches = training_batches(
        data.store.features,
        data.store.normalized_features,
        rows,
        [video.label for video in data.training],
        is_anomalous,
        targets=tuple(model.output),
        first_epoch=first_epoch,
        **schedule,
    )
    print(
        f"{run.folder}: {model.count_params():,} parameters, {epochs} epochs of {steps} "
        f"steps, checkpoint rule {config.checkpoint_rule}"
        + (f", going on after epoch {first_epoch}" if first_epoch else "")
    )
    progress = TrainingProgress(steps, epochs)
    try:
        model.fit(
            batches,
            epochs=epochs,
            initial_epoch=first_epoch,
            steps_per_epoch=steps,
            shuffle=False,
            verbose=0,
            callbacks=[
                StopOnNaN(batch_names),
                selection,
                keras.callbacks.TensorBoard(run.tensorboard, write_graph=False),
                state,
                progress,
            ],
        )
    finally:
        progress.close()
    _finish(run, model, config, data, selection, state, time.monotonic() - started)
    return run


def build_model(config, feature_dim):
    """Returns the untrained `JointModel` of a configuration.

    Args:
        config: `ExperimentConfig`.
        feature_dim: int. Features of a segment, n.
    """
    return JointModel(
        num_segments=config.num_segments,
        feature_dim=feature_dim,
        num_classes=len(CLASS_NAMES),
        lstm_units=config.lstm_units,
        lstm=config.lstm,
        second_level=config.second_level,
        first_level=config.first_level,
        recurrent_activation=config.recurrent_activation,
        dropout=config.dropout,
        kernel_l2=config.kernel_l2,
    )


def compile_model(model, config, class_counts):
    """Compiles a model with the paper's total loss (equation 6) and Adam.

    `total = lambda_d Loss_D + (1 - lambda_d) Loss_C + lambda_att Loss_att`, where the
    terms of an attention that the model lacks are absent.

    Args:
        model: `JointModel`.
        config: `ExperimentConfig`.
        class_counts: list of ints of shape `(classes,)`, training videos of each class.
    """
    losses = {
        "segment_scores": MILRankingLoss(config.smoothness, config.sparsity),
        "class_probabilities": WeightedCategoricalCrossentropy(class_counts),
        "first_level_attention": AttentionRegularization(config.first_level_target),
        "second_level_attention": AttentionRegularization(target=0.0),
    }
    weights = {
        "segment_scores": config.detection_weight,
        "class_probabilities": 1 - config.detection_weight,
        "first_level_attention": config.first_level_weight,
        "second_level_attention": config.second_level_weight,
    }
    outputs = tuple(model.output)
    model.compile(
        optimizer=keras.optimizers.Adam(config.learning_rate),
        loss={name: losses[name] for name in outputs},
        loss_weights={name: weights[name] for name in outputs},
        # Compilation by XLA is slower than the plain graph on a CPU.
        jit_compile=False,
    )


def _run_to_resume(folder, config):
    """Returns an unfinished run, tidied up after its end."""
    run = Run(folder)
    before = run.load_config()
    if run.model.exists():
        raise RunError(f"{run.folder}: the run is finished; there is nothing to resume.")
    refuse_other_settings(config, before, {"steps", "runs", "name"}, run.folder)
    if config.steps < before.steps:
        raise ConfigError(
            f"{run.folder}: expected at least the {before.steps} steps that the run was "
            f"begun with. Received: {config.steps}"
        )
    remove_partial(run.folder)
    return run


def _record_start(run):
    """Notes the environment; that of each later start is added, none is lost."""
    environment = describe_environment()
    if run.environment.is_file():
        first = json.loads(run.environment.read_text(encoding="utf-8"))
        resumed = [*first.pop("resumed", []), environment]
        environment = {**first, "resumed": resumed}
    write_json(run.environment, environment)


def _data_key(data):
    """Returns a key of the features and of who is in which part."""
    parts = [[video.name for video in part] for part in (data.training, data.validation)]
    content = json.dumps([data.store.key, *parts, data.class_counts])
    return hashlib.sha256(content.encode()).hexdigest()


def _new_run(config):
    if config.name:
        name = config.name
    else:
        source = "embedded" if config.data is None else config.features or config.data
        stamp = time.strftime("%Y%m%d-%H%M%S")
        name = f"{pathlib.Path(source).name}-seed{config.seed}-{stamp}"
    run = Run(pathlib.Path(config.runs, name))
    if run.config.exists():
        raise RunError(
            f"{run.folder} holds a run already: choose another --name, or go on with "
            f"--resume {run.folder}"
        )
    return run


def _enable_op_determinism():
    if keras.backend.backend() == "tensorflow":
        import tensorflow as tf

        tf.config.experimental.enable_op_determinism()


def _finish(run, model, config, data, selection, state, seconds):
    """Puts the kept weights in place, saves the model in both forms, and tidies up."""
    if config.checkpoint_rule != "last":
        model.load_weights(selection.path_of(selection.best_epoch))
    threshold = held_out_threshold(model, config, data)
    if keras.backend.backend() == "tensorflow":
        extraction = data.store.extraction
        export_saved_model(model, run.saved_model, config, threshold, extraction)
    else:
        print("saved_model is left out: it needs the TensorFlow backend.")
    kept = state.rows[selection.best_epoch]
    content = {
        "steps": state.rows[-1]["step"],
        "epochs": len(state.rows),
        "seconds_of_last_start": round(seconds, 1),
        "checkpoint": {"rule": config.checkpoint_rule, **kept},
        "threshold": threshold,
    }
    write_json(run.training, content)
    # The model comes last: a run folder with model.keras is a finished one.
    # A copy that was never compiled leaves out the optimizer, twice the model's size.
    copy = JointModel.from_config(model.get_config())
    copy.set_weights(model.get_weights())
    with atomic_path(run.model) as temporary:
        copy.save(temporary)
    selection.remove_weights(keep=None)
    run.state.unlink(missing_ok=True)


def _data_report(data):
    lines = [data.summary, ""]
    for problem in data.store.problems:
        lines.append(f"{problem.action}\t{problem.name}\t{problem.problem}\t{problem.path}")
    for names in data.store.identical:
        lines.append(f"kept\t{names[0]}\tidentical to {', '.join(names[1:])}")
    return "\n".join(lines) + "\n"
