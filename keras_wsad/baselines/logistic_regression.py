import numpy as np
from sklearn.linear_model import LogisticRegression as Logistic
from sklearn.preprocessing import StandardScaler

from keras_wsad.baselines.learner import Learner
from keras_wsad.baselines.mean_feature import check_both_kinds
from keras_wsad.baselines.mean_feature import check_feature_dim
from keras_wsad.baselines.mean_feature import score_by_mean_feature
from keras_wsad.baselines.mean_feature import spread_over_classes
from keras_wsad.data import NORMAL
from keras_wsad.data.feature_groups import mean_features

_PARTS = ("detection", "classification")
_FIELDS = ("coef_", "intercept_", "classes_")


class LogisticRegression(Learner):
    """Logistic regression on the mean feature of a video, without any temporal information.

    The mean over the segments is standardised by the training videos. One regression
    separates anomalous from normal videos, and its probability is the score of every
    segment; another predicts the 14 classes. Both weigh the classes inversely to their
    number of videos.

    Reference row of this project, in no publication. The inverse strength of its L2
    penalty is fixed, and the held-out videos are not used.

    Args:
        config: `ExperimentConfig`.
        strength: float. The inverse strength of the penalty, `C`. Defaults to `0.01`.
    """

    title = "Logistic regression (mean feature)"
    settings = ("train_crop", "test_crops")
    arrays = (
        *("mean", "scale"),
        *(f"{part}_{field}" for part in _PARTS for field in _FIELDS),
    )

    def __init__(self, config, strength=0.01):
        super().__init__(config)
        self.strength = strength

    def fit(self, data, run):
        check_both_kinds(data.training)
        rows = data.rows(data.training, self.config.train_crop)
        features = mean_features(data.store.features, rows)
        scaler = StandardScaler().fit(features)
        self.learned = {"mean": scaler.mean_, "scale": scaler.scale_}
        features = self._standardize(features)
        labels = np.array([video.label for video in data.training])
        for part, target in zip(_PARTS, (labels != NORMAL, labels), strict=True):
            model = Logistic(C=self.strength, class_weight="balanced", max_iter=3000)
            model.fit(features, target)
            for field in _FIELDS:
                self.learned[f"{part}_{field}"] = getattr(model, field)

    def score(self, data, videos):
        check_feature_dim(len(self.learned["mean"]), data)
        return score_by_mean_feature(data, videos, self.config, self._predict)

    def _standardize(self, features):
        return (features - self.learned["mean"]) / self.learned["scale"]

    def _model(self, part):
        model = Logistic()
        for field in _FIELDS:
            setattr(model, field, self.learned[f"{part}_{field}"])
        return model

    def _predict(self, features):
        features = self._standardize(features)
        detection, classification = map(self._model, _PARTS)
        probabilities = classification.predict_proba(features)
        return (
            detection.predict_proba(features)[:, 1],
            spread_over_classes(probabilities, classification.classes_),
        )
