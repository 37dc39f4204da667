import contextlib
import time

import pytest

from tests.serve.fake_predictor import FakePredictor


@pytest.fixture
def open_client(tmp_path):
    """A function that opens a client of a review, whose folder is `tmp_path / "review"`."""
    pytest.importorskip("fastapi", reason="needs the extra serve")
    testclient = pytest.importorskip("starlette.testclient", reason="needs httpx")
    from keras_wsad.data.ground_truth import GroundTruth
    from keras_wsad.serve.app import create_app
    from keras_wsad.serve.reviews import Reviews
    from keras_wsad.serve.worker import Worker

    opened = contextlib.ExitStack()

    def open_client(videos=(), token=None, limits=None, model="a", predictor=None):
        folder = tmp_path / "review"
        reviews = Reviews(folder / "review.sqlite")
        opened.callback(reviews.close)
        for path in videos:
            reviews.add_video(path.stem, path)
        worker = Worker(
            reviews,
            folder / "proxies",
            predictor or FakePredictor(),
            model,
            backbone=None,
            truths=GroundTruth(),
            open_similar=lambda: None,
        )
        about = {"protocol": "Made up."}
        app = create_app(reviews, worker, folder / "uploads", about, token, limits)
        client = testclient.TestClient(app, base_url="http://localhost:8000")
        client.reviews, client.worker = reviews, worker
        return opened.enter_context(client)

    with opened:
        yield open_client


@pytest.fixture
def wait():
    """A function that waits until a client's videos are read, and returns them by name."""

    def wait(client):
        for _ in range(600):
            videos = client.get("/api/videos").json()["videos"]
            if all(video["state"] in ("done", "failed") for video in videos):
                return {video["name"]: video for video in videos}
            time.sleep(0.05)
        raise AssertionError(f"still not read: {videos}")

    return wait


@pytest.fixture
def verdict():
    return {
        "video": 1,
        "begin_frame": 22,
        "end_frame": 45,
        "verdict": "true",
        "class_name": "Robbery",
        "marked_frame": 30,
        "note": "a note",
    }
