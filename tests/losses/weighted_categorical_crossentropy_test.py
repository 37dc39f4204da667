import numpy as np
import pytest

from keras_wsad.losses import WeightedCategoricalCrossentropy
from tests.losses.check_loss import check_serialization
from tests.losses.check_loss import gradient
from tests.losses.check_loss import value

UCF_CRIME = [48, 45, 41, 47, 87, 29, 45, 800, 127, 145, 27, 29, 95, 45]
# As printed in the authors' code, Abuse to Vandalism.
PUBLISHED_WEIGHTS = [
    0.97018634,
    0.97204969,
    0.97453416,
    0.97080745,
    0.94596273,
    0.98198758,
    0.97204969,
    0.50310559,
    0.92111801,
    0.90993789,
    0.98322981,
    0.98198758,
    0.94099379,
    0.97204969,
]


def test_class_weights_are_the_published_ones():
    loss = WeightedCategoricalCrossentropy(UCF_CRIME)
    assert [round(weight, 8) for weight in loss.class_weights] == PUBLISHED_WEIGHTS


def test_value_by_hand():
    # Weights 3/4 and 1/4. -(3/4 log .5 + 1/4 log .8) / 2
    loss = WeightedCategoricalCrossentropy([1, 3])
    expected = -(0.75 * np.log(0.5) + 0.25 * np.log(0.8)) / 2
    actual = value(loss, [0, 1], [[0.5, 0.5], [0.2, 0.8]])
    assert actual == pytest.approx(expected, rel=1e-5)


def test_balanced_every_class_has_the_same_share():
    loss = WeightedCategoricalCrossentropy([1, 3, 0], balanced=True)
    # 4 videos of 2 classes: 4 / (2 * 1), 4 / (2 * 3). A class without videos has no share.
    np.testing.assert_allclose(loss.class_weights[:2], [2, 2 / 3])
    everything = value(loss, [0, 1, 1, 1], [[0.5, 0.4, 0.1]] * 4)
    assert everything == pytest.approx(-(np.log(0.5) + np.log(0.4)) / 2, rel=1e-5)


def test_the_rank_of_the_labels_does_not_matter():
    loss = WeightedCategoricalCrossentropy([1, 3])
    probabilities = [[0.4, 0.6], [0.2, 0.8]]
    assert value(loss, [0, 1], probabilities) == value(loss, [[0], [1]], probabilities)


def test_a_certain_mistake_is_finite():
    loss = WeightedCategoricalCrossentropy([1, 3])
    assert np.isfinite(value(loss, [0], [[0.0, 1.0]]))
    assert np.isfinite(gradient(loss, [0], [[0.0, 1.0]])).all()


def test_gradient_raises_the_probability_of_the_right_class():
    loss = WeightedCategoricalCrossentropy([1, 3])
    assert gradient(loss, [0], [[0.4, 0.6]])[0, 0] < 0


def test_serialization():
    check_serialization(WeightedCategoricalCrossentropy([1, 2, 3]))
    check_serialization(WeightedCategoricalCrossentropy([1, 2, 3], balanced=True))


@pytest.mark.parametrize("counts", [[], [0, 0], [-1, 2]])
def test_useless_counts_raise(counts):
    with pytest.raises(ValueError, match="number of training videos"):
        WeightedCategoricalCrossentropy(counts)


def test_probabilities_of_other_classes_raise():
    with pytest.raises(ValueError, match="batch, 3"):
        value(WeightedCategoricalCrossentropy([1, 2, 3]), [0], [[0.5, 0.5]])
