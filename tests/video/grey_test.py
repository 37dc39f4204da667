import numpy as np
import pytest
from PIL import Image

from keras_wsad.errors import VideoError
from keras_wsad.video import GreyVideos
from keras_wsad.video import decode_frames
from keras_wsad.video import grey
from tests.video.make_video import make_video


def test_frames_are_the_grey_of_the_decoded_ones(video):
    frames = GreyVideos({"camera": video}).read("camera")
    colours = np.stack(list(decode_frames(video, short_side=None)))
    assert frames.dtype == np.uint8 and frames.shape == (90, 48, 64)
    assert np.abs(frames - colours.mean(axis=-1)).max() <= 3


def test_frames_come_in_the_size_that_is_asked_for(video):
    frames = GreyVideos({"camera": video}).read("camera", (6, 8))
    own = GreyVideos({"camera": video}).read("camera")
    assert frames.shape == (90, 6, 8)
    # Each pixel stands for 8 x 8: the corner is of one brightness.
    np.testing.assert_allclose(frames[:, -1, -1], own[:, -8:, -8:].mean((1, 2)), atol=2)


def test_a_workspace_keeps_the_same_frames_and_decodes_once(video, tmp_path, monkeypatch):
    videos = GreyVideos({"camera": video}, tmp_path / "kept")
    first = videos.read("camera", (6, 8))
    np.testing.assert_array_equal(
        first, GreyVideos({"camera": video}).read("camera", (6, 8))
    )
    monkeypatch.setattr(grey, "_grey_frames", None)
    again = videos.read("camera", (6, 8))
    assert isinstance(again, np.memmap)
    np.testing.assert_array_equal(again, first)


def test_nothing_half_is_kept_of_a_reading_that_was_stopped(video, tmp_path, monkeypatch):
    videos = GreyVideos({"camera": video}, tmp_path)

    def stopped(path, size):
        yield np.zeros((6, 8), np.uint8)
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(grey, "_grey_frames", stopped)
        with pytest.raises(KeyboardInterrupt):
            videos.read("camera", (6, 8))
    assert not list(tmp_path.iterdir())
    assert len(videos.read("camera", (6, 8))) == 90


def test_a_video_that_has_changed_is_decoded_anew(tmp_path):
    path = make_video(tmp_path / "camera.mp4", num_frames=5)
    videos = GreyVideos({"camera": path}, tmp_path / "kept")
    assert len(videos.read("camera")) == 5
    make_video(path, num_frames=12)
    assert len(videos.read("camera")) == 12


def test_a_folder_of_pictures_is_a_video(tmp_path):
    for number, level in [(2, 200), (1, 100), (10, 50)]:
        picture = np.full((4, 6), level, np.uint8)
        Image.fromarray(picture).save(tmp_path / f"{number:03d}.tif")
    (tmp_path / "Thumbs.db").write_bytes(b"")
    frames = GreyVideos({"clip": tmp_path}).read("clip")
    assert frames.shape == (3, 4, 6)
    assert frames[:, 0, 0].tolist() == [100, 200, 50]


def test_what_is_no_video_is_an_error_that_names_it(tmp_path):
    (tmp_path / "empty").mkdir()
    (tmp_path / "damaged").mkdir()
    (tmp_path / "damaged" / "1.tif").write_bytes(b"no picture")
    paths = {name: tmp_path / name for name in ("empty", "damaged", "absent")}
    for workspace in (None, tmp_path / "kept"):
        videos = GreyVideos(paths, workspace)
        for name in paths:
            with pytest.raises(VideoError, match=name):
                videos.read(name)
