"""Motion-aware features: clips encoded by an autoencoder of optical flow."""

import hashlib
import json
import pathlib

import keras
import numpy as np

from keras_wsad import __version__
from keras_wsad.errors import ConfigError
from keras_wsad.errors import DataError
from keras_wsad.features.extraction import Extraction
from keras_wsad.features.feature_files import FeatureFiles
from keras_wsad.features.feature_files import publish
from keras_wsad.features.finished import plan_videos
from keras_wsad.features.finished import source_of
from keras_wsad.features.sidecar import Sidecar
from keras_wsad.features.workspace import open_workspace
from keras_wsad.files import atomic_path
from keras_wsad.files import cache_folder
from keras_wsad.files import write_json
from keras_wsad.progress import track
from keras_wsad.video import clip_starts
from reproduce.motion.flow_autoencoder import CLIP_LENGTH
from reproduce.motion.flow_autoencoder import FlowAutoencoder
from reproduce.motion.optical_flow import FLOW
from reproduce.motion.optical_flow import FRAME
from reproduce.motion.optical_flow import OpticalFlow

# Clips in a batch, and the rate of Adam. Most of a frame is still, so the mean absolute
# error first drives all flow to zero: at a rate of 1e-3 it had not recovered after 200
# steps, at this one it recovered within 100.
_BATCH, _LEARNING_RATE = 16, 3e-4


def motion_features(videos, training, out, *, seed=0, steps=1000, workers=2):
    """Writes the motion-aware features of videos into a folder, in this project's format.

    A `FlowAutoencoder` learns, without labels, to reproduce the optical flow of clips of
    the training videos. Each video becomes `NAME.npy` of shape `(clips, 1024)` with a
    sidecar. It is cut into clips of 16 frames as by `keras-wsad extract`, at least 32.
    `--features` with that folder trains any system on them.

    A second call resumes: the flow of each video is in the cache folder, autoencoder and
    features in `out`.

    Args:
        videos: dict from name to path, see `keras_wsad.video.find_videos`.
        training: list of str. Names of the videos to learn from.
        out: str or path. The folder.
        seed: int. Seed of the autoencoder's weights and batches. Defaults to `0`.
        steps: int. Steps of 16 clips. Defaults to `1000`.
        workers: int. Videos whose flow is computed in parallel. Defaults to `2`.

    Returns:
        An `ExtractionReport`.

    Raises:
        ConfigError: a setting is out of range, or `out` holds other features.
        DataError: none of the training videos can be read.
        WSADError: OpenCV is not installed.
    """
    if steps < 1 or workers < 1 or not 0 <= seed < 2**32:
        raise ConfigError(
            "Expected steps >= 1, workers >= 1, 0 <= seed < 2**32. "
            f"Received: {steps}, {workers}, {seed}"
        )
    out = pathlib.Path(out)
    flows, failed = OpticalFlow(videos, cache_folder() / "flow").read_all(
        list(videos), workers
    )
    settings = {
        "seed": seed,
        "steps": steps,
        "learning_rate": _LEARNING_RATE,
        "clips_per_step": _BATCH,
        "learned_from": [name for name in training if name in flows],
    }
    if not settings["learned_from"]:
        raise DataError(
            f"Expected training videos that can be read. Found none of {len(training)}."
        )
    out.mkdir(parents=True, exist_ok=True)
    autoencoder = _autoencoder(out, settings, flows)
    extraction = Extraction(
        backbone="flow-autoencoder",
        weights=_digest(autoencoder),
        clip_length=CLIP_LENGTH,
        stride=CLIP_LENGTH,
        size=FRAME,
    )
    with open_workspace(out) as workspace:
        readable = {name: videos[name] for name in flows}
        todo, report = plan_videos(readable, out, extraction, "float32")
        for name in track(list(todo), "Motion features of videos"):
            files = FeatureFiles(workspace / name, 1, "float32")
            _write(files, flows[name], autoencoder, extraction, videos[name])
            publish(files.workspace, out)
            report.extracted.append(name)
    report.failed.update(failed)
    report.damaged.update(
        (name, flow.damage) for name, flow in flows.items() if flow.damage
    )
    return report


def stack_flow(flow, start):
    """Returns the flow within a clip as channels, 0 after the end of the video.

    Args:
        flow: array of shape `(frames - 1, 56, 56, 2)`.
        start: int. The first frame of the clip.

    Returns:
        A float32 array of shape `(56, 56, 30)`.
    """
    part = np.asarray(flow[start : start + CLIP_LENGTH - 1], np.float32)
    part = np.pad(part, [(0, CLIP_LENGTH - 1 - len(part)), (0, 0), (0, 0), (0, 0)])
    return part.transpose(1, 2, 0, 3).reshape(FLOW, FLOW, -1)


def train_autoencoder(flows, seed, steps, learning_rate=_LEARNING_RATE):
    """Trains a `FlowAutoencoder` on random clips: first a video, then a start in it.

    The loss is the mean absolute error, as in the paper; Adam is this project's choice.

    Args:
        flows: list of arrays of shape `(frames - 1, 56, 56, 2)`.
        seed: int.
        steps: int. Steps of 16 clips.
        learning_rate: float. Defaults to `3e-4`.

    Returns:
        `(autoencoder, losses)`: the `FlowAutoencoder`, and a float array of shape
        `(steps, 2)`: the loss of each step, and that of zero flow.
    """
    keras.utils.set_random_seed(seed)
    random = np.random.default_rng(seed)
    autoencoder = FlowAutoencoder()
    autoencoder.compile(
        keras.optimizers.Adam(learning_rate), "mean_absolute_error", jit_compile=False
    )
    losses = np.empty((steps, 2))
    for step in track(range(steps), "Steps of the flow autoencoder"):
        batch = []
        for video in random.integers(0, len(flows), _BATCH):
            last = max(len(flows[video]) + 1 - CLIP_LENGTH, 0)
            batch.append(stack_flow(flows[video], random.integers(0, last + 1)))
        batch = np.stack(batch)
        losses[step] = autoencoder.train_on_batch(batch, batch), np.abs(batch).mean()
    return autoencoder, losses


def _autoencoder(out, settings, flows):
    """Trains the autoencoder, or opens the one trained with these settings."""
    saved, about = out / "autoencoder.keras", out / "autoencoder.json"
    if about.is_file():
        try:
            content = json.loads(about.read_text(encoding="utf-8"))
            other = [name for name in settings if content.get(name) != settings[name]]
            if not other:
                return keras.saving.load_model(saved, compile=False)
        except (OSError, ValueError, AttributeError) as error:
            raise DataError(
                f"{saved}: expected the autoencoder that the features were made with. It "
                f"cannot be read: {error}"
            ) from error
        raise ConfigError(
            f"{out}: found motion features made with other settings: {', '.join(other)}. "
            "Choose another folder."
        )
    autoencoder, losses = train_autoencoder(
        [flows[name].flow for name in settings["learned_from"]],
        settings["seed"],
        settings["steps"],
    )
    with atomic_path(saved) as temporary:
        autoencoder.save(temporary)
    # Over the last tenth of the steps, as single ones vary with their clips.
    loss, without = losses[-max(len(losses) // 10, 1) :].mean(axis=0)
    write_json(about, {**settings, "loss": loss, "loss_of_no_flow": without})
    return autoencoder


def _digest(model):
    """Returns a hash of the weights: that of a file would change with its time stamps."""
    digest = hashlib.sha256()
    for values in model.get_weights():
        digest.update(values.tobytes())
    return f"sha256:{digest.hexdigest()}"


def _write(files, video, autoencoder, extraction, path):
    starts = clip_starts(
        video.num_frames,
        extraction.clip_length,
        extraction.stride,
        extraction.num_segments,
    )
    files.begin()
    try:
        for first in range(0, len(starts), _BATCH):
            batch = [stack_flow(video.flow, start) for start in starts[first:][:_BATCH]]
            # Padded to one size, so that the network compiles once.
            missing = [(0, _BATCH - len(batch)), (0, 0), (0, 0), (0, 0)]
            features = autoencoder.encoder.predict_on_batch(
                np.pad(np.stack(batch), missing)
            )
            for row in features[: len(batch)]:
                files.append(row[None])
        files.finish(
            Sidecar(
                extraction=extraction,
                dtype="float32",
                num_clips=len(starts),
                feature_dim=autoencoder.features,
                num_frames=video.num_frames,
                fps=video.fps,
                video=source_of(path),
                damage=video.damage,
                version=__version__,
            )
        )
    finally:
        files.close()
