"""Paired bootstrap over test videos, for rows and for differences of rows."""

import numpy as np

from keras_wsad.alignment import frames_per_segment
from keras_wsad.metrics.bootstrap import resample_videos
from keras_wsad.metrics.bootstrap import weighted_auc


class Resampling:
    """Bootstrap draws of the test videos, the same for every system.

    A metric of a row is the mean over its seeds. Its spread over the draws shows how much
    it depends on the choice of test videos; the spread of the difference of two rows, draw
    by draw, whether one is better on such videos. The spread over seeds is reported
    separately.

    Args:
        videos: list of `Video`, the test videos.
        alignment: `"aligned"` or `"release"`.
        replicates: int. Defaults to `1000`.
    """

    def __init__(self, videos, alignment, replicates=1000):
        self.videos = videos
        self.labels = np.array([video.label for video in videos])
        self._alignment = alignment
        self._weights = resample_videos(self.labels, replicates)

    def auc(self, segment_scores):
        """Returns the frame-level AUC of each draw, `(replicates,)`.

        Args:
            segment_scores: list of arrays `(videos, segments)`, one for each seed.
        """
        return np.mean([self._area(scores, self._weights) for scores in segment_scores], 0)

    def maa(self, class_probabilities):
        """Returns the mAA of each draw, `(replicates,)`.

        Args:
            class_probabilities: list of arrays `(videos, 14)`, one for each seed.
        """
        present = np.unique(self.labels)
        of_seeds = []
        for probabilities in class_probabilities:
            right = self._weights * (probabilities.argmax(axis=1) == self.labels)
            # Videos are drawn within classes, so that each class keeps its support.
            shares = [
                right[:, self.labels == label].sum(axis=1) / np.sum(self.labels == label)
                for label in present
            ]
            of_seeds.append(np.mean(shares, axis=0))
        return np.mean(of_seeds, axis=0)

    def _area(self, scores, weights):
        scores = np.asarray(scores, np.float64)
        counts = frames_per_segment(self.videos, scores.shape[1], self._alignment)
        return weighted_auc(*counts, scores, weights)
