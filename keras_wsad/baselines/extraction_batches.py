import numpy as np
from sklearn.metrics import pairwise_distances_argmin

from keras_wsad.baselines.learner import Learner
from keras_wsad.baselines.mean_feature import check_feature_dim
from keras_wsad.baselines.mean_feature import score_by_mean_feature
from keras_wsad.data import CLASS_NAMES
from keras_wsad.data.feature_groups import group_videos
from keras_wsad.data.feature_groups import labels_of_groups
from keras_wsad.data.feature_groups import mean_features


class ExtractionBatches(Learner):
    """Scores videos by their batch of feature extraction alone.

    All videos of the data set, test videos included, are grouped without labels by k-means
    of their standardised mean feature. A group's score is its share of anomalous training
    videos, the same for every segment of its videos; its class is the most frequent of its
    training videos. Where features were extracted in batches that follow the classes, this
    reaches the results of published systems; `reproduce/audit_features.py` lists the
    groups. Reference row of this project, in no publication.

    Args:
        config: `ExperimentConfig`.
        num_groups: int. Defaults to `5`.
    """

    title = "Extraction batches (k-means without labels)"
    settings = ("train_crop", "test_crops")
    arrays = ("mean", "scale", "centers", "shares", "classes")

    def __init__(self, config, num_groups=5):
        super().__init__(config)
        self.num_groups = num_groups

    def fit(self, data, run):
        videos = data.training + data.validation + data.test
        rows = data.rows(videos, self.config.train_crop)
        features = mean_features(data.store.features, rows)
        labels = np.array([video.label for video in data.training])
        groups, scaler, centers = group_videos(
            features, len(labels), self.num_groups, self.config.seed
        )
        shares, classes = labels_of_groups(groups[: len(labels)], labels, len(centers))
        self.learned = {
            "mean": scaler.mean_,
            "scale": scaler.scale_,
            "centers": centers,
            "shares": shares,
            "classes": classes,
        }

    def group(self, features):
        """Returns the group of each video, and its residual from the group's centre.

        Args:
            features: float array of shape `(videos, features)`. Mean features.

        Returns:
            `(groups, standardized, residuals)`: an int array of shape `(videos,)` and two
            of shape `(videos, features)`, the standardised features, and these less the
            centre of the group.
        """
        standardized = (features - self.learned["mean"]) / self.learned["scale"]
        centers = self.learned["centers"]
        groups = pairwise_distances_argmin(standardized, centers)
        return groups, standardized, standardized - centers[groups]

    def score(self, data, videos):
        check_feature_dim(len(self.learned["mean"]), data)
        return score_by_mean_feature(data, videos, self.config, self._predict)

    def _predict(self, features):
        groups, _, _ = self.group(features)
        classes = np.eye(len(CLASS_NAMES))[self.learned["classes"][groups]]
        return self.learned["shares"][groups], classes
