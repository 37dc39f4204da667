import shutil
import types

import numpy as np
import pytest

from keras_wsad.baselines.pixel_learner import PixelLearner
from keras_wsad.config import ExperimentConfig
from keras_wsad.data import NORMAL
from keras_wsad.data import Video
from keras_wsad.files import cache_folder
from keras_wsad.runs import Run
from tests.video.make_video import make_video


class Brightness(PixelLearner):
    """Learns the mean brightness of its videos."""

    arrays = ("mean",)

    def fit_clips(self, clips, workspace=None):
        frames = [clips.read(name, (8, 8)) for name in clips.names]
        self.learned = {"mean": np.mean(np.concatenate(frames))}

    def score_clip(self, clips, name):
        frames = clips.read(name, (8, 8))
        return np.abs(frames.mean(axis=(1, 2)) - self.learned["mean"]).astype(np.float32)


def test_what_was_stopped_after_its_fit_is_not_fitted_again(tmp_path, monkeypatch):
    make_video(tmp_path / "a.mp4", num_frames=10)
    video = Video(name="a", label=NORMAL)
    store = types.SimpleNamespace(content_key="of these files")
    data = types.SimpleNamespace(root=tmp_path, training=[video], store=store)
    run = Run(tmp_path / "run")
    run.workspace.mkdir(parents=True)
    first = Brightness(ExperimentConfig(steps=1))
    first.fit(data, run)
    # With more steps it is.
    monkeypatch.setattr(Brightness, "fit_clips", None)
    again = Brightness(ExperimentConfig(steps=1))
    again.fit(data, run)
    assert again.learned["mean"] == first.learned["mean"] > 0
    with pytest.raises(TypeError):
        Brightness(ExperimentConfig(steps=2)).fit(data, run)


def test_a_stopped_scoring_goes_on(tmp_path, monkeypatch):
    make_video(tmp_path / "a.mp4", num_frames=40)
    make_video(tmp_path / "b.mp4", num_frames=80)
    videos = [Video(name=name, label=NORMAL) for name in "ab"]
    data = types.SimpleNamespace(root=tmp_path)
    system = Brightness(ExperimentConfig())
    system.learned = {"mean": np.float32(50)}
    whole = system.score(data, videos)["segment_scores"]
    shutil.rmtree(cache_folder() / "scored")
    scored, score_clip = [], Brightness.score_clip

    def stopping(self, clips, name):
        scored.append(name)
        if scored == ["a", "b"]:
            raise KeyboardInterrupt
        return score_clip(self, clips, name)

    monkeypatch.setattr(Brightness, "score_clip", stopping)
    with pytest.raises(KeyboardInterrupt):
        system.score(data, videos)
    # What has learned something else scores both, and leaves the first one's alone.
    other = Brightness(ExperimentConfig())
    other.learned = {"mean": np.float32(60)}
    assert np.any(other.score(data, videos)["segment_scores"] != whole)
    np.testing.assert_array_equal(system.score(data, videos)["segment_scores"], whole)
    assert "".join(scored) == "ab" + "ab" + "b"
    # Nothing is left to score, whatever the run is called, unless a video has changed or
    # what was kept is damaged.
    system.config = ExperimentConfig(name="again")
    system.score(data, videos)
    assert "".join(scored) == "ab" + "ab" + "b"
    for path in cache_folder().glob("scored/*/a-*.npy"):
        path.write_bytes(b"damaged")
    make_video(tmp_path / "b.mp4", num_frames=60)
    again = system.score(data, videos)["segment_scores"]
    assert "".join(scored) == "ab" + "ab" + "b" + "ab"
    np.testing.assert_array_equal(again[0], whole[0])
    assert np.any(again[1] != whole[1])
