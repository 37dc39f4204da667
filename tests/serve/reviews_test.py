import sqlite3

import pytest

from keras_wsad.errors import DataError
from keras_wsad.errors import RunError
from keras_wsad.serve.reviews import Reviews
from tests.no_names import NO_NAMES


@pytest.fixture
def path(tmp_path):
    return tmp_path / "review.sqlite"


def test_a_newer_or_foreign_file_is_an_error(path):
    Reviews(path).close()
    with sqlite3.connect(path) as database:
        assert database.execute("PRAGMA journal_mode").fetchone() == ("wal",)
        database.execute("PRAGMA user_version = 2")
    database.close()
    with pytest.raises(RunError, match="of a newer keras_wsad"):
        Reviews(path)
    path.with_name("text.sqlite").write_text("no database, and long enough" * 100)
    with pytest.raises(RunError, match="expected the database of a review"):
        Reviews(path.with_name("text.sqlite"))


def test_what_was_running_is_queued_again_but_not_for_ever(path):
    Reviews(path).add_video("camera", "/camera.mp4")
    for _ in range(2):
        # Each time the process ends without a word.
        assert Reviews(path).next_queued(attempts=2)["name"] == "camera"
    reviews = Reviews(path)
    assert reviews.next_queued(attempts=2) is None
    (video,) = reviews.videos()
    assert video["state"] == "failed"
    assert video["message"] == "the program ended while it was read"


def test_a_video_that_was_stopped_on_purpose_is_not_given_up(path):
    reviews = Reviews(path)
    reviews.add_video("camera", "/camera.mp4")
    for _ in range(5):
        assert reviews.next_queued(attempts=2)["name"] == "camera"
        reviews.release()


def test_videos_have_names_of_their_own(path, tmp_path):
    reviews = Reviews(path)
    here = tmp_path / "camera.mp4"
    here.touch()
    number = reviews.add_video("camera", here)
    assert reviews.add_video("camera", here) == number
    with pytest.raises(DataError, match="different names"):
        reviews.add_video("camera", "/other/camera.mp4")
    here.unlink()
    assert reviews.add_video("camera", "/moved/camera.mp4") == number
    assert reviews.video(number)["path"] == "/moved/camera.mp4"
    for name in NO_NAMES:
        with pytest.raises(DataError):
            reviews.add_video(name, here)


def test_a_path_that_is_no_text_comes_back(path):
    reviews = Reviews(path)
    number = reviews.add_video("camera", "/lat\udce9in/camera.mp4")
    assert reviews.video(number)["path"] == "/lat\udce9in/camera.mp4"
