"""Video-level classification accuracy, per class and averaged."""

import numpy as np

from keras_wsad.errors import DataError


def mean_average_accuracy(labels, predictions, num_classes):
    """Mean over the classes of the accuracy within each (mAA).

    Every class counts the same, however few videos it has: UCF-Crime's test part has 2 of
    Abuse and 150 of Normal. It is the mean of the diagonal of the confusion matrix whose
    rows sum to one. A class without a video has no accuracy and is left out of the mean.

    Args:
        labels: int array of shape `(videos,)`.
        predictions: int array of shape `(videos,)`.
        num_classes: int.

    Returns:
        float, from 0 to 1.

    Example:

    >>> mean_average_accuracy([0, 0, 0, 1], [0, 0, 1, 1], num_classes=2)
    0.8333333333333333

    Reference:
        - Majhi et al., FG 2021, section IV.
    """
    return float(np.nanmean(per_class_accuracy(labels, predictions, num_classes)))


def per_class_accuracy(labels, predictions, num_classes):
    """Accuracy within each class.

    Args:
        labels: int array of shape `(videos,)`.
        predictions: int array of shape `(videos,)`.
        num_classes: int.

    Returns:
        A float array of shape `(num_classes,)`, NaN for a class without a video.

    Example:

    >>> per_class_accuracy([0, 0, 1], [0, 1, 1], num_classes=2).tolist()
    [0.5, 1.0]
    """
    matrix = class_confusion(labels, predictions, num_classes)
    support = matrix.sum(axis=1)
    with np.errstate(invalid="ignore"):
        return np.diag(matrix) / support


def class_confusion(labels, predictions, num_classes):
    """Counts videos by their class (rows) and the class they were given (columns).

    Args:
        labels: int array of shape `(videos,)`.
        predictions: int array of shape `(videos,)`.
        num_classes: int.

    Returns:
        An int array of shape `(num_classes, num_classes)`.

    Raises:
        DataError: a label or a prediction is none of the classes.
    """
    for name, values in (("labels", labels), ("predictions", predictions)):
        values = np.asarray(values)
        if values.size and not (values.min() >= 0 and values.max() < num_classes):
            raise DataError(
                f"Expected {name} from 0 to {num_classes - 1}. "
                f"Received: {sorted(set(values.tolist()))}"
            )
    from sklearn.metrics import confusion_matrix

    return confusion_matrix(labels, predictions, labels=np.arange(num_classes))
