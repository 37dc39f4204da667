import numpy as np
import pytest

from keras_wsad.backbones import Compact
from keras_wsad.scenes.screenplay import EVENTS
from reproduce.compact.generic_motions import MOTIONS
from reproduce.compact.generic_motions import render_clip
from reproduce.compact_weights import Pretraining
from reproduce.compact_weights import learn_compact_weights


@pytest.mark.large
def test_weights_are_learned_and_written(tmp_path, cache, random):
    path = tmp_path / "compact.weights.h5"
    settings = Pretraining(clips=16, held_out=24, epochs=1, batch=8)
    learn_compact_weights(settings, path)
    clips = random.uniform(-1, 1, (1, 16, 80, 80, 3)).astype("float32")
    learned = Compact(weights=path).predict(clips, verbose=0)
    assert learned.shape == (1, 256)
    fresh = Compact(weights=None).predict(clips, verbose=0)
    assert np.abs(learned - fresh).max() > 1e-3
    assert "| walk |" in (tmp_path / "compact.md").read_text()


def test_no_motion_is_named_for_an_anomaly():
    words = {word.lower() for name in MOTIONS for word in name.split()}
    assert not words & {name.lower() for name in EVENTS}


def test_a_clip_says_what_it_shows():
    for number in range(4):
        frames, shown = render_clip(np.random.default_rng((0, number)))
        again, same = render_clip(np.random.default_rng((0, number)))
        assert len(frames) == 16
        assert 1 <= shown.sum() <= 6
        np.testing.assert_array_equal(shown, same)
        np.testing.assert_array_equal(*(np.asarray(clip[7]) for clip in (frames, again)))
