import contextlib
import os
import shutil
import subprocess
import sys
import time

import pytest

from tests.serve.fake_predictor import FakePredictor

_DECODES = (
    "document.createElement('video').canPlayType('video/mp4; codecs=\"avc1.42E01E\"')"
)


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


@pytest.fixture(scope="module")
def browser():
    """Chromium; tests are skipped that have none, or one without H.264."""
    sync_api = pytest.importorskip("playwright.sync_api", reason="needs Playwright")
    with sync_api.sync_playwright() as playwright:
        try:
            browser = playwright.chromium.launch(
                # That of Playwright itself plays no H.264.
                executable_path=shutil.which("chromium"),
                args=["--no-sandbox"] if os.geteuid() == 0 else [],
            )
        except sync_api.Error:
            pytest.skip("needs Chromium")
        page = browser.new_page()
        if not page.evaluate(_DECODES):
            pytest.skip("needs a Chromium that plays H.264")
        yield browser
        browser.close()


@pytest.fixture
def page(browser):
    """A page that fails the test if a script on it does."""
    page = browser.new_page(viewport={"width": 1280, "height": 860})
    errors = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.set_default_timeout(60_000)
    yield page
    page.close()
    assert errors == []


@pytest.fixture
def serve(compact_run, tmp_path):
    """A function that starts the command and returns its process and URL."""
    processes = []

    def serve(*arguments, model=compact_run.folder):
        program = "import sys; from keras_wsad.cli import main; sys.exit(main())"
        options = ["--model", model, "--folder", tmp_path / "review", "--port", 0]
        command = [sys.executable, "-c", program, "serve", *arguments, *options]
        process = subprocess.Popen(
            list(map(str, command)), stdout=subprocess.PIPE, text=True
        )
        processes.append(process)
        line = process.stdout.readline()
        assert line.startswith("Reviewing at http://"), line
        return process, line.split()[2]

    yield serve
    for process in processes:
        process.kill()
        process.wait()
        process.stdout.close()
