import hashlib
import math
import pathlib
import tempfile
from typing import ClassVar

import keras
import numpy as np
from keras import ops

from keras_wsad.baselines.frame_stacks import draw_stacks
from keras_wsad.baselines.frame_stacks import stack_starts
from keras_wsad.baselines.frame_stacks import take_stack
from keras_wsad.baselines.keras_file import load_keras_file
from keras_wsad.baselines.pixel_learner import PixelLearner
from keras_wsad.baselines.regularity import regularity
from keras_wsad.baselines.regularity_autoencoder import RegularityAutoencoder
from keras_wsad.callbacks import CheckpointSelection
from keras_wsad.callbacks import RunState
from keras_wsad.callbacks import StopOnNaN
from keras_wsad.callbacks import TrainingProgress
from keras_wsad.errors import RunError
from keras_wsad.progress import track

# Stride of the frames of the mean image.
_HOP = 5
_STEPS_OF_AN_EPOCH = 20
# Stacks scored in one batch.
_SCORED_AT_ONCE = 8


class Hasan(PixelLearner):
    """Hasan et al.: a frame is anomalous if an autoencoder of normal video fails on it.

    ```
    loss    = mean over stacks of 1/2 |X - f(X)|^2          X: ten grey frames less the mean
    e_t     = sum over pixels of |x_t - f(x)_t|             of the frames of a video
    anomaly = 1 - regularity = (e_t - min e) / max e
    ```

    From the paper: the autoencoder, stacks of 10 frames of 227 x 227 pixels that are 1, 2
    or 3 frames apart, the error of a frame and its regularity.

    From the authors' released code: grey from 0 to 1 less the mean image of the training
    videos, taken from every fifth frame; the loss; Adagrad with learning rate 1e-4, weight
    decay 5e-4 and 64 stacks a step for 150,000 steps; at test, stacks of consecutive
    frames, one every five. The code gives a stack one error, the Euclidean norm.

    This project's choices: a frame's error is the mean over the stacks that it is in;
    segments are scored on stacks without overlap; all stacks of the normal videos are
    equally likely to be drawn. A step takes about 25 billion multiplications per stack, so
    two cores manage only some hundreds of steps of few stacks: lower `steps` and
    `normal_per_batch` there and raise `learning_rate` to about 5e-4; at 1e-3 the first
    steps do harm. `precision` mixed_bfloat16 is twice as fast on processors with bfloat16.

    `kernel_l2` is half of the weight decay, `normal_per_batch` the stacks of a step.

    Args:
        config: `ExperimentConfig`.
        size: int. Side of a frame in pixels. Defaults to `227`.
        filters: tuple of three ints, see `RegularityAutoencoder`. Defaults to
            `(512, 256, 128)`.

    Reference:
        - [Hasan et al., 2016](https://arxiv.org/abs/1604.04574), sections 3.2 and 3.3.
    """

    title = "Hasan et al., CVPR 2016"
    published: ClassVar = {
        "learning_rate": 1e-4,
        "steps": 150_000,
        "kernel_l2": 2.5e-4,
        "normal_per_batch": 64,
    }
    settings = ("kernel_l2", "learning_rate", "steps", "normal_per_batch", "precision")
    arrays = ("mean_image",)
    num_frames = 10
    strides = (1, 2, 3)

    def __init__(self, config, size=227, filters=(512, 256, 128)):
        super().__init__(config)
        self.size = size
        self.filters = filters
        self.autoencoder = None

    def fit_clips(self, clips, workspace=None):
        if workspace is None:
            with tempfile.TemporaryDirectory() as folder:
                self.fit_clips(clips, folder)
            return
        config = self.config
        videos = [
            clips.read(name, (self.size, self.size))
            for name in track(clips.names, "videos decoded")
        ]
        self.learned = {"mean_image": mean_image(videos)}
        keras.utils.set_random_seed(config.seed)
        self.autoencoder = RegularityAutoencoder(
            self.size, self.num_frames, self.filters, config.kernel_l2
        )
        self.autoencoder.compile(
            # Caffe's Adagrad: the sum of squared gradients begins at 0.
            keras.optimizers.Adagrad(config.learning_rate, initial_accumulator_value=0.0),
            half_squared_error,
            # Compilation by XLA is slower than the plain graph on a CPU.
            jit_compile=False,
        )
        self._train(videos, clips.names, pathlib.Path(workspace))
        # TensorFlow keeps the generator of batches, and with it the frames on the disk.
        videos.clear()

    def weights(self):
        return [*super().weights(), *self.autoencoder.get_weights()]

    def score_clip(self, clips, name):
        frames = clips.read(name, (self.size, self.size))
        return (1 - regularity(self.frame_errors(frames))).astype(np.float32)

    def score_clip_for_segments(self, clips, name):
        # A segment has many frames: one stack per frame is enough.
        frames = clips.read(name, (self.size, self.size))
        errors = self.frame_errors(frames, hop=self.num_frames)
        return (1 - regularity(errors)).astype(np.float32)

    def frame_errors(self, frames, hop=5):
        """Returns the reconstruction error of every frame, `e`.

        Args:
            frames: uint8 array of shape `(frames, size, size)`.
            hop: int. Frames from one stack to the next. Defaults to `5`.

        Returns:
            A float64 array of shape `(frames,)`.
        """
        length = self.num_frames
        sums, counts = np.zeros(len(frames) + length), np.zeros(len(frames) + length)
        starts = stack_starts(len(frames), length, hop)
        for some in np.array_split(starts, math.ceil(len(starts) / _SCORED_AT_ONCE)):
            stacks = self._prepare([take_stack(frames, start, length) for start in some])
            rebuilt = ops.convert_to_numpy(self.autoencoder.predict_on_batch(stacks))
            errors = np.abs(stacks - rebuilt).sum(axis=(1, 2), dtype=np.float64)
            for start, of_stack in zip(some, errors, strict=True):
                sums[start : start + length] += of_stack
                counts[start : start + length] += 1
        # Errors past the end belong to the repeated last frame of a short video.
        return sums[: len(frames)] / counts[: len(frames)]

    def save(self, path):
        super().save(path)
        self.autoencoder.save(pathlib.Path(path, "autoencoder.keras"))

    def load(self, path):
        super().load(path)
        self.autoencoder = load_keras_file(pathlib.Path(path, "autoencoder.keras"))
        if not isinstance(self.autoencoder, RegularityAutoencoder):
            raise RunError(f"{path}: not what {self.title} saves.")
        self.size = self.autoencoder.size

    def _prepare(self, stacks):
        """Converts stacks of uint8 frames to inputs of the autoencoder."""
        stacks = np.stack(stacks).astype(np.float32) / 255
        return stacks - self.learned["mean_image"][..., None]

    def _train(self, videos, names, workspace):
        """Trains the autoencoder, or resumes a killed training."""
        config = self.config
        steps = min(config.steps, _STEPS_OF_AN_EPOCH)
        epochs = math.ceil(config.steps / steps)

        def draw(step):
            size = config.normal_per_batch
            return draw_stacks(
                videos, size, self.num_frames, self.strides, config.seed, step
            )

        def batches(step):
            while True:
                stacks = self._prepare(draw(step)[0])
                yield stacks, stacks
                step += 1

        def batch_names(step):
            return [names[owner] for owner in draw(step)[1]]

        policy = keras.config.dtype_policy().name
        about = (config, policy, self.size, self.filters, names, list(map(len, videos)))
        key = hashlib.sha256(repr(about).encode()).hexdigest()[:16]
        # Keeps only the last step.
        selection = CheckpointSelection("last", workspace, {})
        state = RunState(
            workspace / f"{key}.npz", workspace / f"{key}.csv", selection, data_key=key
        )
        first_epoch = state.restore(self.autoencoder)
        progress = TrainingProgress(steps, epochs)
        try:
            self.autoencoder.fit(
                batches(first_epoch * steps),
                epochs=epochs,
                initial_epoch=first_epoch,
                steps_per_epoch=steps,
                shuffle=False,
                verbose=0,
                callbacks=[StopOnNaN(batch_names, steps), selection, state, progress],
            )
        finally:
            progress.close()
        state.path.unlink()


def mean_image(videos):
    """Returns the mean of every fifth frame of videos, from 0 to 1.

    Args:
        videos: list of uint8 arrays of shape `(frames, height, width)`.

    Returns:
        A float32 array of shape `(height, width)`.
    """
    sums = sum(video[::_HOP].sum(axis=0, dtype=np.float64) for video in videos)
    count = sum(len(video[::_HOP]) for video in videos)
    return (sums / count / 255).astype(np.float32)


def half_squared_error(y_true, y_pred):
    """Returns half of the squared Euclidean distance of each item of a batch."""
    return ops.sum(ops.square(y_true - y_pred), axis=(1, 2, 3)) / 2
