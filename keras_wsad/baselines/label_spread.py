import numpy as np

from keras_wsad.baselines.learner import Learner
from keras_wsad.data import CLASS_NAMES


class LabelSpread(Learner):
    """AN ORACLE, NO SYSTEM: it reads the labels of the test videos.

    Every segment of an anomalous video scores one, every segment of a normal video zero,
    and the class is the true one. Its frame-level AUC is what perfect knowledge of whole
    videos is worth without any knowledge of when; a system below it may have located
    nothing. Within anomalous videos it is at chance. Reference row of this project, in no
    publication.

    Args:
        config: `ExperimentConfig`.
    """

    title = "ORACLE, reads the test labels: true video label on every frame"
    reads = "test labels"

    def fit(self, data, run):
        pass

    def score(self, data, videos):
        is_anomalous = np.array([[video.is_anomalous] for video in videos], np.float32)
        classes = np.eye(len(CLASS_NAMES), dtype=np.float32)
        return {
            "segment_scores": np.repeat(is_anomalous, self.config.num_segments, axis=1),
            "class_probabilities": classes[[video.label for video in videos]],
        }
