"""Two-level bootstrap, over seeds and test videos, for rows and differences of rows."""

import numpy as np

from keras_wsad.alignment import frames_per_segment
from keras_wsad.data import NORMAL
from keras_wsad.metrics.bootstrap import resample_videos
from keras_wsad.metrics.bootstrap import weighted_auc


def draw_seeds(num_seeds, replicates):
    """Draws as many seeds as there are, with replacement, many times.

    Args:
        num_seeds: int.
        replicates: int.

    Returns:
        A float array of shape `(replicates, seeds)`: the weight of each seed in each draw.
    """
    # Another stream of random numbers than that of the videos.
    random, share = np.random.default_rng(1), np.full(num_seeds, 1 / num_seeds)
    return random.multinomial(num_seeds, share, size=replicates) / num_seeds


class Resampling:
    """Bootstrap draws of seeds and of test videos, the same for every row of a table.

    A draw takes as many seeds as there are and, independently of them, as many videos of
    each class, both with replacement. A row's metric in it is the mean over the drawn
    seeds of the metric on the drawn videos. As the draws are the same for every row, the
    difference of two rows, draw by draw, is paired by video and by seed; a seed also
    chooses which videos are held out. Its spread shows whether one row would be better on
    other such videos and with other seeds.

    Args:
        videos: list of `Video`, the test videos.
        num_seeds: int.
        replicates: int. Defaults to `1000`.

    Reference:
        - [Owen, 2007](https://doi.org/10.1214/07-AOAS122), the pigeonhole bootstrap: levels
          that are crossed are drawn independently.
    """

    def __init__(self, videos, num_seeds, replicates=1000):
        self.videos = videos
        self.labels = np.array([video.label for video in videos])
        self._videos = resample_videos(self.labels, replicates)
        self._seeds = draw_seeds(num_seeds, replicates)

    def auc(self, segment_scores, alignment, anomalous_alone=False):
        """Returns the frame-level AUC of each draw, `(replicates,)`.

        Args:
            segment_scores: list of arrays `(videos, segments)`, one for each seed.
            alignment: `"aligned"` or `"release"`.
            anomalous_alone: bool. Whether only anomalous videos count. Defaults to `False`.
        """
        num_segments = segment_scores[0].shape[1]
        counts = frames_per_segment(self.videos, num_segments, alignment)
        chosen = (self.labels != NORMAL) | (not anomalous_alone)
        counts = [count[chosen] for count in counts]
        return self._over_seeds(
            [
                weighted_auc(
                    *counts,
                    np.asarray(scores, np.float64)[chosen],
                    self._videos[:, chosen],
                )
                for scores in segment_scores
            ]
        )

    def maa(self, class_probabilities):
        """Returns the mAA of each draw, `(replicates,)`.

        Args:
            class_probabilities: list of arrays `(videos, 14)`, one for each seed.
        """
        present = np.unique(self.labels)
        of_seeds = []
        for probabilities in class_probabilities:
            right = self._videos * (probabilities.argmax(axis=1) == self.labels)
            # Videos are drawn within classes, so that each class keeps its support.
            shares = [
                right[:, self.labels == label].sum(axis=1) / np.sum(self.labels == label)
                for label in present
            ]
            of_seeds.append(np.mean(shares, axis=0))
        return self._over_seeds(of_seeds)

    def _over_seeds(self, of_seeds):
        return np.sum(self._seeds * np.stack(of_seeds, axis=1), axis=1)
