"""Scores the test videos of a run."""

import collections
import dataclasses
import pathlib

from keras_wsad.arrays import open_h5
from keras_wsad.baselines import open_system
from keras_wsad.config import ExperimentConfig
from keras_wsad.data import open_experiment_data
from keras_wsad.errors import RunError
from keras_wsad.metrics.calibration import Calibration
from keras_wsad.runs import Run

# With `checkpoint_metric` each they come from the checkpoint for classification.
CLASSIFICATION_OUTPUTS = {"class_probabilities", "second_level_attention"}


@dataclasses.dataclass(frozen=True, kw_only=True)
class ScoredRun:
    """A run with the outputs of its system on the test videos.

    Attributes:
        run: `Run`.
        config: `ExperimentConfig`, with the data folder that was used.
        root: path. The folder of the lists, and of the videos if there are any.
        videos: list of `Video`, the test videos that have features.
        scores: dict of outputs, the first axis the videos; `segment_scores` calibrated.
        about: dict for JSON: data and protocol.
    """

    run: Run
    config: ExperimentConfig
    root: pathlib.Path
    videos: list
    scores: dict
    about: dict


def score_run(folder, data=None):
    """Scores the test videos of a finished run with its system.

    Args:
        folder: str or path. A run folder.
        data: str or path, or `None`. The data folder, if it has moved since training.

    Returns:
        A `ScoredRun`.

    Raises:
        RunError: the folder is not a finished run.
        DataError: the data is missing, or its features have another width or extraction.
    """
    run = Run(folder)
    config = run.load_config()
    if not run.is_finished:
        raise RunError(
            f"{run.folder}: the run is not finished; train.py --resume continues it."
        )
    if data is not None:
        config = dataclasses.replace(config, data=str(data))
    training = run.load_training()
    system = open_system(config.system)(config)
    system.load(run.folder / system.saved_as)
    data = open_experiment_data(config)
    run.check_features(data.store.extraction)
    standardization = run.load_standardization(config)
    if standardization is not None:
        data = data.standardized(standardization)
    scores = system.score(data, data.test)
    if run.classification.is_file():
        _load_classification(system, run)
        of_classes = system.score(data, data.test)
        scores |= {
            name: of_classes[name] for name in CLASSIFICATION_OUTPUTS & scores.keys()
        }
    calibration = Calibration(**training["calibration"])
    scores["segment_scores"] = calibration(scores["segment_scores"])
    crops = [len(data.store.videos[video.name]) for video in data.test]
    return ScoredRun(
        run=run,
        config=config,
        root=data.root,
        videos=data.test,
        scores=scores,
        about={
            "run": run.folder.name,
            "system": system.title,
            "features": data.source,
            "reads": _reads(system, config, data),
            "feature_dim": data.store.feature_dim,
            "num_segments": config.num_segments,
            "pooling": f"{config.reduce}, {config.alignment}",
            "crops": min(max(crops), config.test_crops),
            "seed": config.seed,
            "checkpoint": training["checkpoint"],
            "steps": training.get("steps", _fixed_steps(system)),
            "calibration": training["calibration"],
            "test_videos": len(data.test),
            "test_videos_without_features": data.left_out,
            "frame_counts": dict(
                collections.Counter(video.frames_source for video in data.test)
            ),
        },
    )


def _load_classification(system, run):
    try:
        with open_h5(run.classification):
            system.model.load_weights(run.classification)
    except Exception as error:
        # A damaged file may raise anything.
        raise RunError(
            f"{run.classification}: not weights of its run ({error})."
        ) from error


def _fixed_steps(system):
    """Returns the steps of a system that always takes all, `None` if it has none."""
    return system.config.steps if "steps" in system.settings else None


def _reads(system, config, data):
    """Names what a system reads: a word of its own, the backbone, or the features."""
    if system.reads is not None:
        return system.reads
    if data.store.extraction is not None:
        return data.store.extraction.backbone
    return pathlib.Path(config.features or config.data).name
