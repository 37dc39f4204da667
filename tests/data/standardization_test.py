import types

import numpy as np
import pytest

from keras_wsad.data.standardization import Standardization
from keras_wsad.errors import RunError


@pytest.fixture
def store():
    random = np.random.default_rng(0)
    features = (1000 + 3 * random.normal(size=(70, 4, 5))).astype(np.float32)
    features[:, :, 4] = 7
    return types.SimpleNamespace(
        features=features, normalized_features=features / 2, feature_dim=5
    )


def test_training_rows_get_mean_zero_and_deviation_one(store):
    rows = list(range(66))
    view = Standardization.of(store, rows).view(store)
    for array in (view.features, view.normalized_features):
        values = array[rows]
        assert values.dtype == np.float32
        np.testing.assert_allclose(values.mean(axis=(0, 1)), 0, atol=1e-3)
        np.testing.assert_allclose(values[:, :, :4].std(axis=(0, 1)), 1, atol=1e-3)


def test_a_constant_feature_is_only_shifted(store):
    view = Standardization.of(store, [0, 1]).view(store)
    np.testing.assert_allclose(view.features[np.arange(70)][:, :, 4], 0, atol=1e-6)


def test_other_rows_have_no_part_in_it(store):
    before = Standardization.of(store, [0, 1])
    store.features[2:] = 0
    np.testing.assert_array_equal(before.mean, Standardization.of(store, [0, 1]).mean)


def test_the_store_itself_stays_as_it_was(store):
    Standardization.of(store, [0, 1]).view(store)
    assert store.features.max() > 900


def test_it_is_kept_in_a_file(store, tmp_path):
    path = tmp_path / "standardization.npz"
    assert Standardization.load(path) is None
    Standardization.of(store, [0, 1]).save(path)
    again = Standardization.load(path)
    np.testing.assert_array_equal(again.scale, Standardization.of(store, [0, 1]).scale)
    path.write_bytes(path.read_bytes()[:50])
    with pytest.raises(RunError, match="damaged"):
        Standardization.load(path)
