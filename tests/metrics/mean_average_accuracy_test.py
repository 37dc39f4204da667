import numpy as np
import pytest

from keras_wsad.errors import DataError
from keras_wsad.metrics import class_confusion
from keras_wsad.metrics import mean_average_accuracy
from keras_wsad.metrics import per_class_accuracy

LABELS = np.array([0, 0, 0, 0, 1, 1, 3])
PREDICTIONS = np.array([0, 0, 0, 1, 1, 0, 3])


def test_every_class_counts_the_same():
    # 3 of 4, 1 of 2, 1 of 1; class 2 has no video.
    assert mean_average_accuracy(LABELS, PREDICTIONS, 4) == pytest.approx(
        (0.75 + 0.5 + 1) / 3
    )


def test_a_class_without_a_video_has_no_accuracy():
    accuracy = per_class_accuracy(LABELS, PREDICTIONS, 4)
    np.testing.assert_array_equal(accuracy, [0.75, 0.5, np.nan, 1])


def test_it_is_the_diagonal_of_the_confusion_matrix_with_rows_of_one():
    matrix = class_confusion(LABELS, PREDICTIONS, 4)
    assert matrix.sum() == 7
    assert matrix[0].tolist() == [3, 1, 0, 0]
    rows = matrix[[0, 1, 3]] / matrix[[0, 1, 3]].sum(axis=1, keepdims=True)
    expected = pytest.approx(np.mean([rows[0, 0], rows[1, 1], rows[2, 3]]))
    assert mean_average_accuracy(LABELS, PREDICTIONS, 4) == expected


def test_what_is_of_no_class_raises():
    for labels, predictions in (([0, 1], [0, 2]), ([0, -1], [0, 1])):
        with pytest.raises(DataError, match="from 0 to 1"):
            mean_average_accuracy(labels, predictions, 2)
