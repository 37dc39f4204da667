"""Base class of the systems that read pixels: from videos to segment scores."""

import abc
import contextlib
import hashlib
import tempfile

import numpy as np

from keras_wsad.baselines.learner import Learner
from keras_wsad.errors import DataError
from keras_wsad.errors import NeedsPixelsError
from keras_wsad.features import pool_segments
from keras_wsad.files import atomic_path
from keras_wsad.files import cache_folder
from keras_wsad.files import index_files
from keras_wsad.progress import track
from keras_wsad.video import GreyVideos
from keras_wsad.video import video_in
from keras_wsad.video.grey import video_key

# Raised whenever the score of a video changes: scores are kept.
_VERSION = 1


class PixelLearner(Learner):
    """A system that learns from normal videos alone, frame by frame, without features.

    `fit_clips` and `score_clip` work on any videos. On an `ExperimentData` it is fitted on
    the normal training videos, which must be in the data folder, and the score of a segment
    is the mean over its frames.

    Args:
        config: `ExperimentConfig`.
    """

    reads = "pixels"

    @abc.abstractmethod
    def fit_clips(self, clips, workspace=None):
        """Learns from videos that are all normal.

        Args:
            clips: clip source, such as `GreyVideos`: an object with `names` and `read`.
            workspace: path or `None`. A folder for state that survives a kill. Defaults to
                `None`.
        """

    @abc.abstractmethod
    def score_clip(self, clips, name):
        """Scores every frame of a video.

        Args:
            clips: clip source.
            name: str. One of its names.

        Returns:
            A float32 array of shape `(frames,)`, higher where the video is less normal.
        """

    def score_clip_for_segments(self, clips, name):
        """Scores every frame of a video, as exactly as the means of segments need it."""
        return self.score_clip(clips, name)

    def check(self, data):
        normal = [video for video in data.training if not video.is_anomalous]
        if not normal:
            raise DataError(
                f"{data.root}: expected normal videos to learn from. Found none"
            )
        self._find(data, [*normal, *data.validation, *data.test])

    def fit(self, data, run):
        # Videos take long to score: a kill meanwhile costs no training. With more steps or
        # other videos it is fitted anew.
        key = data.store.content_key[:12]
        fitted = run.workspace / f"fitted-{self.config.steps}-{key}"
        if fitted.is_dir():
            self.load(fitted)
            return
        normal = [video for video in data.training if not video.is_anomalous]
        clips = GreyVideos(self._find(data, normal), run.workspace / "grey")
        self.fit_clips(clips, run.workspace)
        with atomic_path(fitted) as temporary:
            self.save(temporary)

    def score(self, data, videos):
        paths = self._find(data, videos)
        # Hasan et al. takes an hour for some hundred videos: a kill costs one of them, and
        # a second evaluation none.
        kept = cache_folder() / "scored" / self._key()
        scores = [
            self._score_segments(kept, video.name, paths[video.name])
            for video in track(videos, f"{self.title}: videos scored")
        ]
        return {"segment_scores": np.stack(scores)}

    def weights(self):
        """Returns the arrays on which scores depend, a list."""
        return list(self.learned.values())

    def _key(self):
        # Other settings show in the weights or, as the run's name, change nothing.
        config = self.config
        about = (_VERSION, config.system, config.num_segments, config.precision)
        digest = hashlib.sha256(repr(about).encode())
        for array in self.weights():
            digest.update(np.ascontiguousarray(array))
        return digest.hexdigest()[:16]

    def _score_segments(self, kept, name, path):
        """Returns the scores of a video's segments, from the folder `kept` if it can."""
        kept = kept / f"{name}-{video_key(path)}.npy"
        # Absent or damaged: it is scored anew.
        with contextlib.suppress(OSError, ValueError):
            return np.load(kept, allow_pickle=False)
        # A long video may not fit into memory; its frames are on disk while needed.
        with tempfile.TemporaryDirectory() as folder:
            of_frames = self.score_clip_for_segments(GreyVideos({name: path}, folder), name)
        num_segments = self.config.num_segments
        scores = pool_segments(of_frames[:, None], num_segments, "mean", "aligned")[:, 0]
        # Without it nothing but time is lost.
        with contextlib.suppress(OSError), atomic_path(kept) as temporary:
            np.save(temporary, scores)
        return scores

    def _find(self, data, videos):
        """Returns the path of each video by its name.

        Raises:
            NeedsPixelsError: some of them are absent.
        """
        files = index_files(data.root)
        paths = {video.name: video_in(files, video.name) for video in videos}
        missing = [name for name, path in paths.items() if path is None]
        if missing:
            raise NeedsPixelsError(self.title, data.root, missing, len(paths))
        return paths
