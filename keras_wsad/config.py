"""The experiment: every setting of a run, its defaults, its presets, its command line."""

import dataclasses
import math
import pathlib
from argparse import ArgumentError
from typing import Literal

import yaml

from keras_wsad.errors import ConfigError
from keras_wsad.errors import DataError
from keras_wsad.files import checked_name
from keras_wsad.files import write_text
from keras_wsad.yaml_file import read_yaml

PRESETS = pathlib.Path(__file__).parent / "presets"

# The least value of a setting, and the one that it must stay below: several times what
# anybody has used, so that a slip does not take all memory.
_RANGES = {
    **dict.fromkeys(("num_segments", "lstm_units", "first_level_units"), (1, 10**4)),
    **dict.fromkeys(("detection_units", "second_level_units", "class_units"), (1, 10**4)),
    **dict.fromkeys(("anomalous_per_batch", "normal_per_batch"), (1, 10**4)),
    "test_crops": (1, 100),
    "steps": (1, 10**9),
    **dict.fromkeys(("train_crop", "seed"), (0, 2**32)),
    **dict.fromkeys(("dropout", "validation_fraction"), (0, 1)),
    **dict.fromkeys(("kernel_l2", "smoothness", "sparsity", "marks_weight"), (0, math.inf)),
    **dict.fromkeys(("first_level_weight", "second_level_weight"), (0, math.inf)),
    "first_level_target": (0, math.inf),
    "detection_weight": (0, 1 + 1e-9),
    "averaging": (0, 1),
    "learning_rate": (0, math.inf),
    "patience": (0, 10**9),
}


@dataclasses.dataclass(frozen=True, kw_only=True)
class ExperimentConfig:
    """A run of a system, from data to checkpoint.

    The defaults are those of the paper's joint model, where it says anything.
    `presets/release.yaml` holds what the authors' released code does otherwise.

    Args:
        system: What is trained: joint, the paper's model, or another system of Table II.
        data: Folder in UCF-Crime's layout: lists, annotation and features, at any depth.
            Without one, the embedded data set is used, rendered on first use.
        features: Which features, where the data folder holds several: a folder below it,
            or any other folder.
        strict: Make every feature file that is empty, damaged or of odd length an error.
        drop_duplicates: Do not train on videos whose features are those of a test video, or
            of an earlier training video, to the bit.
        num_segments: Temporal segments per video, T.
        reduce: How the clips of a segment are pooled.
        alignment: How clips are assigned to segments: aligned drops and shifts nothing,
            release is the authors' floor(K/T), which drops the tail.
        standardize: Shift and scale each feature to mean 0 and deviation 1 over the
            segments of the training videos.
        train_crop: The crop to train on, 0 for the first. The first is the centre crop in
            files of one crop each, but in ten-crop arrays (K, 10, n) the centre is 2.
        test_crops: Crops whose scores are averaged at validation and test, as far as the
            features have them: the first 5 are the centre and the four corners.
        lstm: Pass features through the LSTM (Table I, l2).
        second_level: Use second-level attention (Table I, l3).
        first_level: Use first-level attention (Table I, l4, the proposed model).
        context: Let each segment see its neighbours (system equivariant).
        lstm_units: Hidden size of the LSTM.
        first_level_units: Latent size of first-level attention.
        detection_units: Latent size of the detection branch.
        second_level_units: Latent size of a segment in second-level attention.
        class_units: Latent size of the classification branch.
        recurrent_activation: Gates of the LSTM. hard_sigmoid is what the authors' code
            likely had, by Keras's default of 2018.
        attention_initializer: Initial kernels of the attention levels. release is the
            authors' glorot_normal in all but the second level's score.
        dropout: Rate of the three dropouts.
        kernel_l2: L2 penalty on the kernels of the detection and classification branches.
        detection_weight: Weight of the detection loss, lambda_d; classification has the
            rest.
        detection_loss: ranking, the paper's, or crossentropy of a video's highest segment
            (system equivariant).
        class_weights: paper, 1 less the frequency of a class, or balanced, equal shares of
            the loss for all classes (system equivariant).
        smoothness: Weight of temporal smoothness, lambda_1.
        sparsity: Weight of sparsity, lambda_2.
        first_level_target: What the first-level attention is pulled to.
        first_level_weight: Weight of that penalty, lambda_att.
        second_level_weight: Weight of the penalty on second-level attention, lambda_att.
        averaging: Momentum of a moving average of the weights, which is what is evaluated
            and kept; 0 for the weights themselves (system equivariant).
        learning_rate: Of Adam.
        marks: Verdicts of a reviewer on training videos, a CSV file that `keras-wsad serve`
            exports. Not weak supervision: results with it stand apart.
        marks_weight: Weight of the marks in the detection loss.
        steps: Training steps, rounded up to whole epochs; with `patience` at most so many.
        patience: Steps after which training stops if the criterion of the checkpoint has
            not risen above its best, rounded up to whole epochs; 0 for all `steps`.
        anomalous_per_batch: Anomalous videos in a batch.
        normal_per_batch: Normal videos in a batch.
        batch_order: random draws anew for each epoch, release takes fixed slices of the
            class-sorted lists and shuffles their order.
        validation_fraction: Share of the training videos held out, the same of each class.
        checkpoint_rule: Which weights are kept. best_on_validation - the best on the
            held-out videos, the first of equals; last - those of the last step;
            best_on_test - the best on the test videos, the last of equals, which chooses on
            the test set and exists to follow the authors' code.
        checkpoint_metric: What the best is: of highest mean of video-level AUC and mAA; of
            highest mAA; or each, which keeps two checkpoints of one training - that of
            highest AUC is the model of the run, that of highest mAA gives the class
            probabilities that `evaluate` measures. A system that names no classes is judged
            by AUC alone.
        checkpoint_every: When the model is evaluated for that rule: at the end of each
            epoch, or after each step as in the authors' code, which costs more than the
            training itself.
        watch_test: Measure the frame AUC of the test videos as often, for the log alone.
            Its highest value is what a choice on the test set would have reported.
        precision: Of training. float32, or mixed_bfloat16, which is faster where the
            processor has units for it; a warning says where not. Scores, losses and
            weights stay in float32, and what a run leaves computes in float32.
        seed: Of everything random.
        deterministic: Make TensorFlow repeat itself to the bit on the same machine.
        runs: Folder that holds the run folders.
        name: Name of the run folder. By default made of the features, the seed and the
            time.
    """

    system: str = "joint"
    # Data.
    data: str | None = None
    features: str | None = None
    strict: bool = False
    drop_duplicates: bool = False
    num_segments: int = 32
    reduce: Literal["max", "mean"] = "max"
    alignment: Literal["aligned", "release"] = "aligned"
    standardize: bool = False
    train_crop: int = 0
    test_crops: int = 5
    # Model.
    lstm: bool = True
    second_level: bool = True
    first_level: bool = True
    context: bool = True
    lstm_units: int = 1024
    first_level_units: int = 1024
    detection_units: int = 96
    second_level_units: int = 24
    class_units: int = 256
    recurrent_activation: Literal["sigmoid", "hard_sigmoid"] = "sigmoid"
    attention_initializer: Literal["glorot_uniform", "release"] = "glorot_uniform"
    dropout: float = 0.6
    kernel_l2: float = 1e-3
    # Losses.
    detection_weight: float = 0.9
    detection_loss: Literal["ranking", "crossentropy"] = "ranking"
    class_weights: Literal["paper", "balanced"] = "paper"
    smoothness: float = 8e-5
    sparsity: float = 8e-5
    first_level_target: float = 1.0
    first_level_weight: float = 1e-3
    second_level_weight: float = 1e-3
    # Training.
    averaging: float = 0.0
    learning_rate: float = 1e-4
    marks: str | None = None
    marks_weight: float = 1.0
    steps: int = 500
    patience: int = 0
    anomalous_per_batch: int = 30
    normal_per_batch: int = 30
    batch_order: Literal["random", "release"] = "random"
    validation_fraction: float = 0.15
    checkpoint_rule: Literal["best_on_validation", "last", "best_on_test"] = (
        "best_on_validation"
    )
    checkpoint_metric: Literal["mean", "maa", "each"] = "mean"
    checkpoint_every: Literal["epoch", "step"] = "epoch"
    watch_test: bool = False
    precision: Literal["float32", "mixed_bfloat16"] = "float32"
    seed: int = 0
    deterministic: bool = True
    # Run folder.
    runs: str = "runs"
    name: str | None = None

    def __post_init__(self):
        for field, (low, high) in _RANGES.items():
            value = getattr(self, field)
            if not low <= value < high:
                raise ConfigError(f"Expected {low} <= {field} < {high}. Received: {value}")
        for field in ("data", "features", "name", "marks"):
            if getattr(self, field) == "":
                raise ConfigError(f"Expected {field} to be a name. Received: ''")
        if self.name is not None:
            try:
                checked_name(self.name)
            except DataError as error:
                raise ConfigError(
                    "Expected name to be that of a folder inside `runs`. "
                    f"Received: {self.name!a}"
                ) from error


def preset_path(name):
    """Returns the file of a published setting, `"paper"` or `"release"`.

    Raises:
        ConfigError: there is no such preset.
    """
    known = {file.stem: file for file in sorted(PRESETS.glob("*.yaml"))}
    if name not in known:
        raise ConfigError(f"Expected a preset ({', '.join(known)}). Received: {name!r}")
    return known[name]


def load_config(path, **changes):
    """Reads a YAML file over the defaults.

    Args:
        path: path. Holds what differs from the defaults.
        **changes: what differs from the file.

    Returns:
        An `ExperimentConfig`.

    Raises:
        ConfigError: an unknown key, another type, or a file that cannot be read.
    """
    parser = config_parser(prog="config")
    try:
        content = read_yaml(path) or {}
        return ExperimentConfig(**parser.parse_object({**content, **changes}).as_dict())
    except (TypeError, ValueError, ArgumentError) as error:
        raise ConfigError(f"{path}: {error}") from error


def refuse_other_settings(config, before, may_change, source):
    """Checks that a run goes on with the settings that it was begun with.

    Args:
        config: `ExperimentConfig`, the settings now.
        before: `ExperimentConfig`, those of the run.
        may_change: names of settings that may differ.
        source: str or path. The run folder, for the error message.

    Raises:
        ConfigError: another setting differs.
    """
    now, then = (dataclasses.asdict(with_absolute_paths(c)) for c in (config, before))
    changed = sorted(name for name in now if now[name] != then[name])
    changed = [name for name in changed if name not in may_change]
    if changed:
        listed = ", ".join(f"{name} {now[name]!r} (was {then[name]!r})" for name in changed)
        raise ConfigError(
            f"{source}: a run goes on with its own settings. Received: {listed}"
        )


def with_absolute_paths(config):
    """Returns the configuration with the paths to its data made absolute.

    A run then finds its data from wherever it is evaluated.
    """
    if config.marks is not None:
        marks = str(pathlib.Path(config.marks).resolve())
        config = dataclasses.replace(config, marks=marks)
    if config.data is None:
        return config
    root, features = pathlib.Path(config.data).resolve(), config.features
    if features is not None and not (root / features).is_dir():
        features = str(pathlib.Path(features).resolve())
    return dataclasses.replace(config, data=str(root), features=features)


def save_config(config, path):
    """Writes every setting of a run as YAML, atomically."""
    write_text(path, yaml.safe_dump(dataclasses.asdict(config), sort_keys=False))


def config_parser(**kwargs):
    """Returns a parser with an option for each field of `ExperimentConfig`.

    Args:
        **kwargs: arguments of `jsonargparse.ArgumentParser`.
    """
    import jsonargparse

    kwargs.setdefault("exit_on_error", False)
    parser = jsonargparse.ArgumentParser(**kwargs)
    parser.add_class_arguments(ExperimentConfig)
    return parser
