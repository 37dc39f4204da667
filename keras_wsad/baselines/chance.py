import zlib

import numpy as np

from keras_wsad.baselines.learner import Learner
from keras_wsad.data import CLASS_NAMES


class Chance(Learner):
    """Random scores: the result of a system that knows nothing.

    A segment's score is uniform between zero and one, a video's class uniform among all.
    They depend on the seed and on the video's name, not on which other videos are scored
    with it. Reference row of this project, in no publication.

    Args:
        config: `ExperimentConfig`.
    """

    title = "Chance (random scores and classes)"
    reads = "nothing"

    def fit(self, data, run):
        pass

    def score(self, data, videos):
        shape = (self.config.num_segments,)
        scores, classes = [], []
        for video in videos:
            entropy = [self.config.seed, zlib.crc32(video.name.encode())]
            random = np.random.default_rng(entropy)
            scores.append(random.random(shape, np.float32))
            classes.append(random.dirichlet(np.ones(len(CLASS_NAMES))))
        return {
            "segment_scores": np.array(scores),
            "class_probabilities": np.array(classes, np.float32),
        }
