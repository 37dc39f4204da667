import numpy as np
import pytest
from keras import ops

from keras_wsad.layers import TemporalContext
from tests.check_layer import check_layer


def test_basics(random):
    inputs = random.random((3, 9, 4), "float32")
    settings = {"dilations": (1, 2), "dropout": 0.2}
    check_layer(TemporalContext, settings, inputs, (3, 9, 4))


def test_value_by_hand():
    layer = TemporalContext(dilations=(1,), dropout=0.0)
    layer.build((None, 3, 2))
    # Normalised over its two features, 4 and 0 are 1 and -1, and 5 and 5 are 0 and 0. The
    # kernel reads the first feature of the segment before and thrice that of the one after.
    layer.norms[0].epsilon = 0.0
    kernel = np.zeros((3, 2, 2))
    kernel[0, 0] = 1
    kernel[2, 0] = 3
    layer.convolutions[0].set_weights([kernel, np.array([0.0, 0.5])])
    inputs = np.array([[[4.0, 0.0], [5.0, 5.1], [0.0, 4.0]]], "float32")
    # Second segment, normalised: -1 and 1.
    # Added to the first: relu(3 * -1) and relu(3 * -1 + .5), to the second
    # relu(1 - 3) and relu(1 - 3 + .5), to the third relu(-1) and relu(-1 + .5).
    outputs = ops.convert_to_numpy(layer(inputs))
    np.testing.assert_allclose(outputs, inputs, atol=1e-5)
    # Reversed in time: third becomes first, with 1 and -1 before it.
    outputs = ops.convert_to_numpy(layer(inputs[:, ::-1]))
    # First relu(-3), second relu(-1 + 3 * 1), third relu(-1).
    added = [[0.0, 0.0], [2.0, 2.5], [0.0, 0.0]]
    np.testing.assert_allclose(outputs, inputs[:, ::-1] + [added], atol=1e-4)


@pytest.mark.parametrize(("dilations", "reach"), [((1,), 1), ((1, 2), 3), ((1, 2, 4), 7)])
def test_a_segment_sees_as_far_as_the_dilations_add_up_to(random, dilations, reach):
    layer = TemporalContext(dilations=dilations)
    # Of so many features, some pass every relu.
    inputs = random.normal(size=(1, 31, 32)).astype("float32")
    changed = inputs.copy()
    changed[0, 15] += random.normal(size=32)
    before, after = (ops.convert_to_numpy(layer(x)) for x in (inputs, changed))
    differ = np.flatnonzero(np.abs(after - before).max(axis=(0, 2)) > 1e-6)
    assert differ.min() >= 15 - reach
    assert differ.max() <= 15 + reach
    assert {15 - reach, 15 + reach} <= set(differ)


def test_another_rank_raises():
    with pytest.raises(ValueError, match="batch, segments, latent"):
        TemporalContext().build((None, 8))
