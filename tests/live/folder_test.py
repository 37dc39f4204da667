import os
import shutil

import pytest

from keras_wsad.errors import VideoError
from keras_wsad.live.folder import Folder


@pytest.fixture
def recorder(tmp_path, video):
    """A function that writes a video into the folder, last changed at a given time."""

    def write(name, changed, content=None):
        path = tmp_path / name
        if content is None:
            shutil.copy(video, path)
        else:
            path.write_text(content)
        os.utime(path, (changed, changed))

    return write


def test_videos_are_read_once_when_they_are_finished(tmp_path, recorder):
    recorder("before.mp4", 50)
    recorder("notes.txt", 50)
    now, problems = 100.0, []
    folder = Folder(tmp_path, problems.append, settled=0.03, now=lambda: now)
    assert folder.description.startswith("the newest video is 64 x 48 pixels")
    frames = iter(folder)
    recorder("second.mp4", 99)
    recorder("first.mp4", 98)
    recorder("broken.mp4", 97, content="no video")
    # Still being written.
    recorder("growing.mp4", now)
    found = [next(frames)[:2] for _ in range(180)]
    assert [found[number] for number in (0, 90)] == [
        (str(tmp_path / "first.mp4"), 0.0),
        (str(tmp_path / "second.mp4"), 0.0),
    ]
    assert len(problems) == 1 and "broken.mp4: expected a video" in problems[0]
    now = 101.0
    # A recorder may use a name again.
    recorder("first.mp4", 100.5)
    found = {next(frames)[0] for _ in range(180)}
    assert found == {str(tmp_path / name) for name in ("growing.mp4", "first.mp4")}
    folder.stop()
    assert list(frames) == []


def test_what_is_remembered_does_not_grow(tmp_path, recorder):
    folder = Folder(tmp_path, print, settled=0.03, now=lambda: 100.0)
    assert folder.description == "no video yet"
    frames = iter(folder)
    for number in range(3):
        recorder(f"{number}.mp4", 90)
        for _ in range(90):
            next(frames)
        (tmp_path / f"{number}.mp4").unlink()
    assert len(folder._seen) == 1


def test_the_newest_finished_video_is_tried(tmp_path, recorder):
    recorder("good.mp4", 40)
    # Being written, it need not be a video yet.
    recorder("growing.mp4", 99, content="no video")
    folder = Folder(tmp_path, print, now=lambda: 100.0)
    assert folder.description.startswith("the newest video is")
    recorder("broken.mp4", 50, content="no video")
    with pytest.raises(VideoError, match=r"broken\.mp4"):
        Folder(tmp_path, print, now=lambda: 100.0)
