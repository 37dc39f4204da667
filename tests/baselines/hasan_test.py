import gc
import weakref

import keras
import numpy as np
import pytest

from keras_wsad.baselines import SYSTEMS
from keras_wsad.baselines import hasan
from keras_wsad.baselines.frame_stacks import take_stack
from keras_wsad.baselines.regularity import regularity
from keras_wsad.config import ExperimentConfig
from keras_wsad.data.ucf_crime import UCFCrime
from keras_wsad.errors import NeedsPixelsError
from keras_wsad.errors import RunError
from tests.baselines.check_system import check_system
from tests.baselines.made_clips import MadeClips
from tests.baselines.tiny_hasan import TinyHasan
from tests.video.make_video import make_video

pytestmark = pytest.mark.large

SETTINGS = {"learning_rate": 5e-3, "normal_per_batch": 4, "kernel_l2": 2.5e-4}


@pytest.fixture(scope="module")
def fitted():
    system = TinyHasan(ExperimentConfig(**SETTINGS, steps=60))
    system.fit_clips(MadeClips({"a": [], "b": [], "c": []}))
    return system


def test_an_odd_frame_is_found(fitted):
    clips = MadeClips({"normal": [], "odd": [14]})
    scores = fitted.score_clip(clips, "odd")
    assert scores.shape == (30,) and np.argmax(scores) == 14
    others = np.delete(scores, 14)
    assert scores[14] > 2 * others.max()


def test_the_score_is_one_less_the_regularity_of_the_errors(fitted):
    clips = MadeClips({"odd": [14]})
    errors = fitted.frame_errors(clips.read("odd", (35, 35)))
    assert (errors > 0).all()
    scores = fitted.score_clip(clips, "odd")
    assert scores.dtype == np.float32
    np.testing.assert_allclose(scores, 1 - regularity(errors), rtol=1e-5, atol=1e-6)


def test_an_error_is_the_mean_over_the_stacks_of_a_frame(fitted, monkeypatch):
    frames = MadeClips({"odd": [14]}, num_frames=13).read("odd", (35, 35))

    def error_of(start, frame):
        stack = fitted._prepare([np.moveaxis(frames[start : start + 10], 0, -1)])
        rebuilt = fitted.autoencoder.predict_on_batch(stack)
        return np.abs(stack - rebuilt)[0, :, :, frame - start].sum()

    # Of 13 frames the stacks begin at 0 and 3.
    errors = fitted.frame_errors(frames)
    assert errors[1] == pytest.approx(error_of(0, 1), rel=1e-4)
    assert errors[7] == pytest.approx((error_of(0, 7) + error_of(3, 7)) / 2, rel=1e-4)
    assert errors[12] == pytest.approx(error_of(3, 12), rel=1e-4)


def test_segments_are_scored_on_stacks_without_overlap(fitted):
    clips = MadeClips({"odd": [14]})
    errors = fitted.frame_errors(clips.read("odd", (35, 35)), hop=10)
    scores = fitted.score_clip_for_segments(clips, "odd")
    np.testing.assert_allclose(scores, 1 - regularity(errors), rtol=1e-5, atol=1e-6)
    assert np.abs(scores - fitted.score_clip(clips, "odd")).max() > 1e-4


@pytest.mark.parametrize("num_frames", [1, 9, 10, 11])
def test_short_videos_have_a_score_for_each_frame(fitted, num_frames):
    clips = MadeClips({"short": []}, num_frames=num_frames)
    scores = fitted.score_clip(clips, "short")
    assert scores.shape == (num_frames,) and np.isfinite(scores).all()


def test_it_is_learned_what_the_mean_image_does_not_say(fitted):
    frames = MadeClips({"a": []}).read("a", (35, 35))
    stacks = fitted._prepare([take_stack(frames, start, 10) for start in (3, 17)])
    rebuilt = fitted.autoencoder.predict_on_batch(stacks)
    assert ((stacks - rebuilt) ** 2).sum() < 0.85 * (stacks**2).sum()


def test_frames_are_let_go_once_it_is_fitted(monkeypatch):
    """Else the disk is full of files that are deleted already."""
    clips, frames = MadeClips({"a": [], "b": []}), []

    def read(name, size):
        made = MadeClips.read(clips, name, size).copy()
        frames.append(weakref.ref(made))
        return made

    monkeypatch.setattr(clips, "read", read)
    TinyHasan(ExperimentConfig(**SETTINGS, steps=2)).fit_clips(clips)
    gc.collect()
    assert len(frames) == 2 and all(frame() is None for frame in frames)


def test_a_killed_training_goes_on_to_the_same_end(tmp_path, monkeypatch):
    monkeypatch.setattr(hasan, "_STEPS_OF_AN_EPOCH", 2)
    config = ExperimentConfig(**SETTINGS, steps=6)
    clips = MadeClips({"a": [], "b": []})
    whole = TinyHasan(config)
    whole.fit_clips(clips, tmp_path / "whole")

    def killed(progress, epoch, logs=None):
        if epoch == 2:
            raise KeyboardInterrupt

    broken = TinyHasan(config)
    with monkeypatch.context() as patch:
        patch.setattr(hasan.TrainingProgress, "on_epoch_begin", killed)
        with pytest.raises(KeyboardInterrupt):
            broken.fit_clips(clips, tmp_path / "broken")
    drawn, draw = [], hasan.draw_stacks

    def noted(*arguments):
        drawn.append(arguments[-1])
        return draw(*arguments)

    monkeypatch.setattr(hasan, "draw_stacks", noted)
    broken = TinyHasan(config)
    broken.fit_clips(clips, tmp_path / "broken")
    assert min(drawn) > 0
    for mine, its in zip(
        broken.autoencoder.get_weights(), whole.autoencoder.get_weights(), strict=True
    ):
        np.testing.assert_allclose(mine, its, rtol=1e-5, atol=1e-7)


def test_a_damaged_folder_is_an_error(tmp_path, fitted):
    fitted.save(tmp_path)
    (tmp_path / "autoencoder.keras").write_bytes(b"damaged")
    with pytest.raises(RunError, match="not a model of keras_wsad"):
        TinyHasan(fitted.config).load(tmp_path)


def test_another_model_in_its_folder_is_an_error(tmp_path, fitted):
    fitted.save(tmp_path)
    keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)]).save(
        tmp_path / "autoencoder.keras"
    )
    with pytest.raises(RunError, match="not what Hasan et al"):
        TinyHasan(fitted.config).load(tmp_path)


def test_it_is_a_system_like_any_other(tiny_root, tiny_settings, tmp_path, monkeypatch):
    monkeypatch.setitem(SYSTEMS, "hasan", "tests.baselines.tiny_hasan.TinyHasan")
    settings = {**tiny_settings, "normal_per_batch": 2}
    with pytest.raises(NeedsPixelsError, match="CVPR 2016 needs pixels"):
        check_system("hasan", settings, tmp_path / "without")
    root = tmp_path / "data"
    root.mkdir()
    for path in tiny_root.iterdir():
        (root / path.name).symlink_to(path)
    dataset = UCFCrime(root)
    videos = {video.name: video for video in (*dataset.test, *dataset.train)}
    one = make_video(tmp_path / "one.mp4", num_frames=20, size=(36, 36))
    (root / "videos").mkdir()
    for name in videos:
        (root / "videos" / f"{name}.mp4").symlink_to(one)
    settings["data"] = str(root)
    check_system("hasan", settings, tmp_path)
    (root / "videos" / f"{dataset.test[0].name}.mp4").unlink()
    with pytest.raises(
        NeedsPixelsError, match=f"missing is such as {dataset.test[0].name}"
    ):
        check_system("hasan", settings, tmp_path / "one_missing")
