import keras
import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

from keras_wsad.backbones import Compact
from keras_wsad.backbones.compact import PACKAGED
from reproduce.compact.generic_motions import MOTIONS
from reproduce.compact_weights import _render


def test_the_weights_are_small():
    assert PACKAGED.stat().st_size <= 4 * 2**20


@pytest.mark.large
def test_a_saved_model_keeps_its_weights(tmp_path, random):
    clips = random.uniform(-1, 1, (1, 16, 80, 80, 3)).astype("float32")
    model = Compact()
    model.save(tmp_path / "compact.keras")
    again = keras.saving.load_model(tmp_path / "compact.keras")
    assert isinstance(again, Compact)
    np.testing.assert_array_equal(again(clips), model(clips))


@pytest.mark.large
def test_packaged_weights_tell_motions_that_random_ones_do_not():
    """A linear classifier on features of clips that the weights were not trained on."""
    rendered = [_render(number, seed=10**6) for number in range(320)]
    clips = np.stack([clip for clip, _ in rendered])[:, :, 4:-4, 4:-4]
    clips = clips.astype("float32") / 127.5 - 1
    shown = np.stack([shown for _, shown in rendered])
    columns = [list(MOTIONS).index(name) for name in ("run", "glow", "large flash", "lie")]
    areas = {}
    for weights in ("packaged", None):
        features = Compact(weights=weights).predict(clips, batch_size=32, verbose=0)
        features = (features - features.mean(axis=0)) / (features.std(axis=0) + 1e-6)
        for column in columns:
            fit = LogisticRegression(C=0.01, class_weight="balanced", max_iter=1000)
            fit.fit(features[:200], shown[:200, column])
            scores = fit.decision_function(features[200:])
            area = roc_auc_score(shown[200:, column], scores)
            areas.setdefault(weights, []).append(area)
    assert np.mean(areas["packaged"]) > np.mean(areas[None]) + 0.05
    assert np.mean(areas["packaged"]) > 0.8
