import json
import shutil

import numpy as np
import pytest

from keras_wsad.errors import ConfigError
from keras_wsad.errors import DataError
from keras_wsad.features import open_store
from reproduce.motion import flow_features
from reproduce.motion.flow_features import motion_features
from reproduce.motion.flow_features import stack_flow
from reproduce.motion.flow_features import train_autoencoder
from tests.baselines.write_moving_square import write_moving_square

pytestmark = pytest.mark.large

pytest.importorskip("cv2")


@pytest.fixture(scope="module")
def videos(tmp_path_factory):
    folder = tmp_path_factory.mktemp("videos")
    paths = {
        name: write_moving_square(folder / f"{name}.mp4", step, num_frames=20)
        for name, step in {"right": (4, 0), "down": (0, 4), "left": (-3, 0)}.items()
    }
    (folder / "text.mp4").write_text("no video")
    return {**paths, "text": folder / "text.mp4"}


@pytest.fixture(scope="module", autouse=True)
def small():
    """Small steps; the flow of all tests is kept in one folder."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(flow_features, "_BATCH", 2)
        yield


@pytest.fixture(scope="module")
def made(videos, tmp_path_factory):
    """A folder of features, and the report of their extraction."""
    folder = tmp_path_factory.mktemp("made")
    return folder, make(videos, folder)


@pytest.fixture
def copied(made, tmp_path):
    """A copy of those features that a test may spoil."""
    return shutil.copytree(made[0], tmp_path / "copied")


def make(videos, out, **options):
    return motion_features(videos, ["right", "down"], out, steps=2, **options)


def test_flow_within_a_clip_becomes_channels(random):
    flow = random.normal(size=(20, 56, 56, 2)).astype(np.float16)
    stacked = stack_flow(flow, 3)
    assert stacked.shape == (56, 56, 30)
    # Flow i to the right, then down.
    np.testing.assert_array_equal(stacked[..., 8], flow[7, ..., 0])
    np.testing.assert_array_equal(stacked[..., 29], flow[17, ..., 1])


def test_after_the_end_nothing_moves(random):
    flow = random.normal(size=(4, 56, 56, 2)).astype(np.float16)
    stacked = stack_flow(flow, 1)
    assert stacked[..., :6].any() and not stacked[..., 6:].any()
    assert not stack_flow(flow[:0], 0).any()


def test_the_autoencoder_learns(random, monkeypatch):
    monkeypatch.setattr(flow_features, "_BATCH", 4)
    # A square that moves, somewhere.
    flows = np.zeros((4, 20, 56, 56, 2), np.float16)
    for flow in flows:
        top, left = random.integers(0, 36, 2)
        flow[:, top : top + 20, left : left + 20] = random.normal(size=2)
    _, losses = train_autoencoder(list(flows), seed=0, steps=100, learning_rate=1e-3)
    # Relative to the loss of zero flow, which differs from batch to batch.
    shares = losses[:, 0] / losses[:, 1]
    assert shares[:5].mean() > 0.95
    assert shares[-20:].mean() < 0.75


def test_features_are_those_of_any_other_backbone(made):
    folder, report = made
    assert report.extracted == ["right", "down", "left"]
    assert list(report.failed) == ["text"]
    store = open_store(folder, ["right", "down", "left"], num_segments=4)
    assert store.feature_dim == 1024
    assert str(store.extraction) == "flow-autoencoder, 1 crop, stride 16"
    assert np.load(folder / "left.npy").shape == (32, 1024)
    assert json.loads((folder / "left.json").read_text())["num_frames"] == 20
    assert len(np.unique(store.features[:, 0].max(axis=-1))) == 3


def test_another_seed_gives_other_features(videos, made, tmp_path):
    make(videos, tmp_path, seed=1)
    one, other = (folder / "left.npy" for folder in (made[0], tmp_path))
    assert one.read_bytes() != other.read_bytes()


def test_a_kill_between_videos_gives_the_same_features(videos, made, tmp_path, monkeypatch):
    write = flow_features._write

    def killed(files, *arguments):
        write(files, *arguments)
        if files.workspace.name == "down":
            raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(flow_features, "_write", killed)
        with pytest.raises(KeyboardInterrupt):
            make(videos, tmp_path)
    assert [path.stem for path in tmp_path.glob("*.npy")] == ["right"]
    # Neither flow nor autoencoder is computed again.
    monkeypatch.setattr(flow_features.OpticalFlow, "_compute", None)
    monkeypatch.setattr(flow_features, "train_autoencoder", None)
    readable = {name: path for name, path in videos.items() if name != "text"}
    report = make(readable, tmp_path)
    # What was ready has been published.
    assert report.extracted == ["left"] and report.done_before == ["right", "down"]
    for name in readable:
        whole, again = (folder / f"{name}.npy" for folder in (made[0], tmp_path))
        assert whole.read_bytes() == again.read_bytes()
    assert make(readable, tmp_path).extracted == []


def test_features_of_another_autoencoder_are_not_mixed(videos, copied):
    with pytest.raises(ConfigError, match="other settings: seed"):
        make(videos, copied, seed=1)


def test_a_damaged_autoencoder_raises(videos, copied):
    (copied / "autoencoder.keras").write_bytes(b"damaged")
    with pytest.raises(DataError, match=r"autoencoder\.keras: expected"):
        make(videos, copied)


def test_bad_settings_and_videos_raise(videos, tmp_path):
    with pytest.raises(ConfigError, match="steps >= 1"):
        motion_features(videos, ["right"], tmp_path, steps=0)
    with pytest.raises(DataError, match="none of 1"):
        motion_features({"text": videos["text"]}, ["text"], tmp_path)
    assert list(tmp_path.iterdir()) == []
