import numpy as np
import pytest
from keras import ops

from keras_wsad.layers import AttentionModulation
from tests.check_layer import check_layer


def test_basics(random):
    inputs = [random.random((3, 4, 6), "float32"), random.random((3, 4), "float32")]
    check_layer(AttentionModulation, {}, inputs, (3, 4, 6))


def test_no_attention_changes_nothing(random):
    features = random.random((3, 4, 6), "float32")
    modulated = AttentionModulation()([features, np.zeros((3, 4), "float32")])
    np.testing.assert_array_equal(ops.convert_to_numpy(modulated), features)


def test_each_segment_is_scaled_by_one_plus_its_attention(random):
    features = random.random((1, 2, 3), "float32")
    modulated = AttentionModulation()([features, np.array([[1.0, 0.5]], "float32")])
    expected = features * np.array([2.0, 1.5], "float32")[None, :, None]
    np.testing.assert_allclose(ops.convert_to_numpy(modulated), expected, rtol=1e-6)


def test_attention_of_another_length_is_refused():
    with pytest.raises(ValueError, match="expected features"):
        AttentionModulation()([np.ones((1, 4, 2)), np.ones((1, 3))])
