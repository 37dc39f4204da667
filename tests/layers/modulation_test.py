import numpy as np
import pytest
from keras import ops

from keras_wsad.layers import Modulation
from tests.check_layer import check_layer


def test_basics(random):
    inputs = [random.random((3, 4, 6), "float32"), random.random((3, 4), "float32")]
    check_layer(Modulation, {}, inputs, (3, 4, 6))


def test_value_by_hand():
    features = np.array([[[1.0, -2.0], [3.0, 4.0]]], "float32")
    found = Modulation()([features, np.array([[0.0, 0.5]], "float32")])
    # The first segment has no attention; 3 + 0.5 * 3 = 4.5 and 4 + 0.5 * 4 = 6.
    expected = [[[1.0, -2.0], [4.5, 6.0]]]
    np.testing.assert_allclose(ops.convert_to_numpy(found), expected)


@pytest.mark.parametrize("shapes", [((3, 4, 6), (3, 6)), ((3, 4), (3, 4))])
def test_shapes_that_do_not_fit_are_an_error(shapes):
    with pytest.raises(ValueError, match="expected features"):
        Modulation()([np.ones(shape) for shape in shapes])
