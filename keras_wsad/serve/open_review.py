"""Opens model, videos and the review folder, and returns the application."""

import functools
import hashlib
import logging
import pathlib

from keras_wsad.baselines.registry import PREDICTING
from keras_wsad.data.ground_truth import GroundTruth
from keras_wsad.errors import DataError
from keras_wsad.features.formats import is_feature_file
from keras_wsad.files import remove_partial
from keras_wsad.inference import load
from keras_wsad.inference.write import describe_protocol
from keras_wsad.locks import locked
from keras_wsad.runs import Run
from keras_wsad.runs import newest_run
from keras_wsad.serve.app import create_app
from keras_wsad.serve.retraining import Retraining
from keras_wsad.serve.reviews import Reviews
from keras_wsad.serve.similar import open_training_segments
from keras_wsad.serve.worker import Worker
from keras_wsad.video import find_videos

_logger = logging.getLogger(__name__)


def open_review(
    folder,
    videos=(),
    model=None,
    weights=None,
    data=None,
    token=None,
    limits=None,
    live=None,
    held=None,
):
    """Opens a review for `run_server`.

    | file in the folder | content |
    |---|---|
    | `review.sqlite` | videos, predictions, verdicts |
    | `uploads/` | uploaded videos |
    | `proxies/` | copies that browsers play, of videos that they do not |
    | `NAME.csv`, `.yaml`, `.log` | see `Retraining` |

    Args:
        folder: path. The review folder; created if it does not exist.
        videos: list of str or paths, see `find_videos`. Defaults to none.
        model: str or path, or `None`, see `keras_wsad.load`. Defaults to `None`, for the
            newest run.
        weights: str or path, or `None`, see `Predictor.open_backbone`. Defaults to `None`.
        data: str or path, or `None`, see `GroundTruth`. Defaults to `None`.
        token: str or `None`, see `create_app`. Defaults to `None`.
        limits: `UploadLimits` or `None`. Defaults to `None`.
        live: path or `None`, see `create_app`. Defaults to `None`.
        held: `contextlib.ExitStack`, which keeps other processes out of the folder until it
            is closed, or `None` for no lock. Defaults to `None`.

    Returns:
        An ASGI application.

    Raises:
        WSADError: the model cannot be opened, or a video is absent or a feature file.
        LockedError: another process serves the review.
    """
    found = find_videos(videos) if videos else {}
    features = [path for path in found.values() if is_feature_file(path)]
    if features:
        raise DataError(f"Expected videos, to be watched. Received: {features[0]}")
    truths = GroundTruth(data)
    predictor = load(model or newest_run(systems=PREDICTING))
    backbone = predictor.open_backbone(weights)
    folder.mkdir(parents=True, exist_ok=True)
    if held is not None:
        # Another server would take its uploads for incomplete ones, and remove them.
        held.enter_context(locked(folder / ".lock"))
    reviews = Reviews(folder / "review.sqlite")
    for name, path in found.items():
        try:
            reviews.add_video(name, path.resolve())
        except DataError as error:
            _logger.info("left out: %s", error)
    source = pathlib.Path(predictor.source)
    run = Run(source if source.is_dir() else source.parent)
    proxies = folder / "proxies"
    proxies.mkdir(exist_ok=True)
    remove_partial(proxies)
    worker = Worker(
        reviews,
        proxies,
        predictor,
        _identity(run.model if run.model.is_file() else source),
        backbone,
        truths,
        functools.partial(open_training_segments, run, predictor.card),
    )
    # Where it lies on the server is nothing that a reviewer needs.
    protocol = {**predictor.protocol(backbone), "model": source.name}
    about = {"protocol": describe_protocol(protocol)}
    uploads = folder / "uploads"
    return create_app(
        reviews,
        worker,
        uploads,
        about,
        token,
        limits,
        predictor,
        live,
        # An exported model has no settings to train with.
        Retraining(run, reviews, folder) if run.config.is_file() else None,
    )


def _identity(model):
    """Hash of a model's file, or of all files in its folder."""
    files = [model] if model.is_file() else sorted(p for p in model.rglob("*"))
    whole = hashlib.sha256()
    for path in files:
        if path.is_file():
            with open(path, "rb") as file:
                whole.update(hashlib.file_digest(file, "sha256").digest())
    return f"sha256:{whole.hexdigest()}"
