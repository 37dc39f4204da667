import shutil
import threading
import time

import pytest

from keras_wsad.serve.reviews import Reviews
from tests.faults.reviews_test import file_size_limit


@pytest.mark.parametrize("name", ["next_queued", "finish", "fail"])
def test_a_full_disk_holds_the_worker_up_and_does_not_end_it(
    open_client, wait, video, tmp_path, monkeypatch, name
):
    is_full, call = threading.Event(), getattr(Reviews, name)

    def calling(*arguments):
        if not is_full.is_set():
            return call(*arguments)
        with file_size_limit(0):
            return call(*arguments)

    monkeypatch.setattr(Reviews, name, calling)
    monkeypatch.setattr("keras_wsad.serve.worker._PAUSE", 0.05)
    is_full.set()
    client = open_client([video, shutil.copy(video, tmp_path / "broken.mp4")])

    def problem():
        return client.get("/api/progress").json()["problem"]

    deadline = time.monotonic() + 60
    while problem() is None:
        assert client.worker.is_alive() and time.monotonic() < deadline
        time.sleep(0.02)
    assert problem().startswith("The review cannot be written")
    is_full.clear()
    videos = wait(client)
    assert [videos[name]["state"] for name in ("camera", "broken")] == ["done", "failed"]
    assert problem() is None


def test_a_worker_can_be_stopped_while_the_disk_is_full(open_client, video):
    client = open_client()
    client.reviews.add_video("camera", video)
    with file_size_limit(0):
        client.worker.wake()
        deadline = time.monotonic() + 60
        while client.worker.problem is None:
            assert time.monotonic() < deadline
            time.sleep(0.02)
        client.worker.stop()
        client.worker.join(60)
    assert not client.worker.is_alive()


def test_a_verdict_on_a_full_disk_is_refused_in_words(open_client, wait, video, verdict):
    client = open_client([video])
    wait(client)
    with file_size_limit(0):
        answer = client.post("/api/verdicts", json=verdict)
    assert answer.status_code == 507
    assert answer.json()["detail"].startswith("The review cannot be written")
    assert client.post("/api/verdicts", json=verdict).status_code == 201


def test_an_upload_to_a_full_disk_leaves_nothing(open_client, video, tmp_path):
    client = open_client()
    content = video.read_bytes()
    # The video does not fit, or the video fits and the database does not.
    for limit in (10, len(content)):
        with file_size_limit(limit):
            answer = client.post(
                "/api/videos",
                params={"name": "camera.mp4"},
                content=content,
                headers={"content-type": "application/octet-stream"},
            )
        assert answer.status_code == 507, answer.text
        assert not list((tmp_path / "review" / "uploads").iterdir())
