import numpy as np
import pytest
from keras import ops

from keras_wsad.layers import MeanOverSegments
from tests.check_layer import check_layer


def test_basics(random):
    check_layer(MeanOverSegments, {}, random.random((3, 4, 6), "float32"), (3, 6))


@pytest.mark.parametrize("levels", [0, 1, 2])
def test_it_is_the_mean_of_features_strengthened_level_by_level(random, levels):
    features = random.normal(size=(3, 4, 6)).astype("float32")
    attentions = [random.random((3, 4), "float32") for _ in range(levels)]
    strengthened = features
    for attention in attentions:
        strengthened = strengthened + attention[..., None] * strengthened
    found = MeanOverSegments()(features, attentions)
    np.testing.assert_allclose(
        ops.convert_to_numpy(found), strengthened.mean(axis=1), rtol=1e-5, atol=1e-6
    )


def test_features_without_segments_are_refused():
    with pytest.raises(ValueError, match="expected inputs"):
        MeanOverSegments()(np.ones((3, 6)))
