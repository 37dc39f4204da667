"""Cleans segment labels with the predictions of a classifier (Zhong et al.).

The choice of confident predictions, the running mean, the stretched labels and their
numbers are those of the released code.
"""

import keras
import numpy as np

from keras_wsad.errors import NaNLossError

# Share of the segments of an anomalous video that count as confident.
_CONFIDENT = 0.3
# Weight of the past in the running mean of the cleaner's predictions.
_MOMENTUM = 0.5
_BATCH = 64


def clean_labels(cleaner, features, rows, is_anomalous, predicted, batches):
    """Trains a cleaner and returns the labels that it gives.

    Args:
        cleaner: what `label_noise_cleaner` returned.
        features: float array of shape `(all rows, segments, features)`.
        rows: int array of shape `(videos,)`. The row of each training video.
        is_anomalous: bool array of shape `(videos,)`.
        predicted: float array of shape `(samples, videos, segments)`. Repeated predictions
            of the classifier.
        batches: an iterable of int arrays, indices of videos, one array per step.

    Returns:
        A float32 array of shape `(videos, segments)`, zero for normal videos.
    """
    targets = confident_predictions(predicted, is_anomalous)
    # Normal videos have no indirect supervision.
    mean = np.where(is_anomalous[:, None], predicted.mean(axis=0), -1)
    for indices in batches:
        inputs = features[rows[indices]]
        goals = {"direct": targets[indices], "indirect": mean[indices]}
        check_finite(cleaner.train_on_batch(inputs, goals), "the cleaner")
        anomalous = indices[is_anomalous[indices]]
        scores = cleaner.predict_on_batch(features[rows[anomalous]])["indirect"]
        mean[anomalous] = _MOMENTUM * mean[anomalous] + (1 - _MOMENTUM) * scores
    cleaned = predict_rows(lambda batch: cleaner(batch)["direct"], features, rows)
    return np.where(is_anomalous[:, None], stretch(cleaned), 0).astype(np.float32)


def confident_predictions(predicted, is_anomalous):
    """Returns the mean of predictions where they vary least, and -1 elsewhere.

    Args:
        predicted: float array of shape `(samples, videos, segments)`.
        is_anomalous: bool array of shape `(videos,)`. All segments of the others are
            taken.

    Returns:
        A float array of shape `(videos, segments)`.

    Example:

    >>> predicted = np.array([[[0.5, 0.0]], [[0.5, 1.0]]])
    >>> confident_predictions(predicted, np.array([True])).tolist()
    [[0.5, -1.0]]
    """
    count = int(np.ceil(_CONFIDENT * predicted.shape[-1]))
    order = predicted.var(axis=0).argsort(axis=1, kind="stable")
    confident = np.repeat(~is_anomalous[:, None], predicted.shape[-1], axis=1)
    np.put_along_axis(confident, order[:, :count], True, axis=1)
    return np.where(confident, predicted.mean(axis=0), -1)


def stretch(scores):
    """Returns the scores of each video shifted and scaled to the range from 0 to 1.

    A video whose scores are all equal keeps them.

    Example:

    >>> stretch(np.array([[0.25, 0.5], [0.5, 0.5]])).tolist()
    [[0.0, 1.0], [0.5, 0.5]]
    """
    low = scores.min(axis=1, keepdims=True)
    span = scores.max(axis=1, keepdims=True) - low
    return np.where(span > 0, (scores - low) / np.where(span > 0, span, 1), scores)


def predict_rows(model, features, rows):
    """Applies a model to rows of a feature array, a batch at a time.

    Args:
        model: function from an array to a tensor.
        features: float array of shape `(all rows, segments, features)`.
        rows: sequence of ints.

    Returns:
        A float array of shape `(rows, segments)`.
    """
    parts = []
    for start in range(0, len(rows), _BATCH):
        batch = features[np.asarray(rows[start : start + _BATCH])]
        parts.append(keras.ops.convert_to_numpy(model(batch)))
    return np.concatenate(parts)


def check_finite(loss, what):
    """Raises if a loss is not finite.

    Raises:
        NaNLossError: it is NaN or infinite.
    """
    if not np.isfinite(loss).all():
        raise NaNLossError(f"The loss of {what} became NaN or infinite.")
