import shutil

import av
import pytest

from keras_wsad.video.read_frames import read_frames
from tests.no_names import NO_NAMES
from tests.serve.fake_predictor import FakePredictor
from tests.video.make_video import level
from tests.video.make_video import make_video

OCTETS = {"content-type": "application/octet-stream"}


def upload(client, name, content, **headers):
    return client.post(
        "/api/videos", params={"name": name}, content=content, headers=OCTETS | headers
    )


def test_an_uploaded_video_is_read_and_played_by_parts(open_client, wait, video):
    client = open_client()
    answer = upload(client, "Tür 1.mp4", video.read_bytes())
    assert answer.status_code == 201, answer.text
    found = wait(client)["Tür 1"]
    assert (found["state"], found["message"]) == ("done", None)
    content = found["content"]
    assert content["num_frames"] == 90
    assert content["segment_scores"] == pytest.approx(FakePredictor.scores)
    details = client.get(f"/api/videos/{found['id']}").json()
    assert details["stamps"] == pytest.approx([i / 30 for i in range(90)], abs=1e-3)
    media = f"/api/videos/{found['id']}/media"
    part = client.get(media, headers={"range": "bytes=10-19"})
    assert part.status_code == 206
    # H.264 in MP4 is played as it is.
    assert part.content == video.read_bytes()[10:20]
    assert part.headers["content-range"] == f"bytes 10-19/{video.stat().st_size}"
    assert client.get(media, headers={"range": "bytes=999999999-"}).status_code == 416


def test_names_never_become_paths(open_client, video, tmp_path):
    client = open_client()
    for name in (f"{name}.mp4" for name in NO_NAMES if name != "lat\udce9in"):
        answer = upload(client, name, video.read_bytes())
        assert answer.status_code in (400, 415), name
    assert upload(client, "../../../up.mp4", b"").status_code == 400
    assert list((tmp_path / "review" / "uploads").iterdir()) == []
    assert not list(tmp_path.rglob("up*.mp4"))


def test_what_is_not_accepted_leaves_nothing_and_harms_no_other(
    open_client, wait, video, tmp_path
):
    from keras_wsad.serve.uploads import UploadLimits

    good = video.read_bytes()
    limits = UploadLimits(most_bytes=len(good), most_videos=2)
    client = open_client(limits=limits)
    assert upload(client, "good.mp4", good).status_code == 201
    assert upload(client, "good.mp4", good).status_code == 409
    assert upload(client, "text.mp4", b"no video").status_code == 400
    assert upload(client, "text.txt", good).status_code == 415
    assert upload(client, "large.mp4", good + b"1").status_code == 413
    chunks = iter([good, b"1"])
    assert upload(client, "chunked.mp4", chunks).status_code == 413
    assert wait(client)["good"]["state"] == "done"
    assert len(list((tmp_path / "review" / "uploads").iterdir())) == 1
    assert upload(client, "second.mp4", good).status_code == 201
    assert upload(client, "third.mp4", good).status_code == 507


def test_a_video_that_fails_says_why_and_can_be_sent_again(
    open_client, wait, video, tmp_path
):
    broken = shutil.copy(video, tmp_path / "broken.mp4")
    client = open_client([tmp_path / "broken.mp4", video])
    videos = wait(client)
    assert videos["camera"]["state"] == "done"
    # The path on the server is not shown.
    assert (videos["broken"]["state"], videos["broken"]["message"]) == (
        "failed",
        "broken: broken",
    )
    assert str(broken) not in client.get("/api/videos").text
    assert upload(client, "broken.mp4", video.read_bytes()).status_code == 201
    assert wait(client)["broken"]["state"] == "done"


def test_verdicts_are_there_after_a_restart(open_client, wait, video, verdict):
    client = open_client([video])
    wait(client)
    saved = client.post("/api/verdicts", json=verdict)
    assert saved.status_code == 201, saved.text
    number = saved.json()["id"]
    changed = {**verdict, "verdict": "class", "class_name": "Arson", "marked_frame": None}
    assert client.put(f"/api/verdicts/{number}", json=changed).status_code == 200
    again = open_client([video])
    (kept,) = again.get("/api/verdicts").json()
    assert kept.items() >= changed.items()
    # Undo goes back behind the restart.
    assert again.post("/api/undo").json() == {"verdict": number}
    assert again.get("/api/verdicts").json()[0].items() >= verdict.items()
    assert again.delete(f"/api/verdicts/{number}").status_code == 204
    assert again.get("/api/verdicts").json() == []
    again.post("/api/undo")
    assert len(again.get("/api/verdicts").json()) == 1
    again.post("/api/undo")
    assert again.get("/api/verdicts").json() == []
    assert again.post("/api/undo").json() == {"verdict": None}


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"end_frame": 91}, 400),
        ({"begin_frame": 45}, 400),
        ({"marked_frame": 45}, 400),
        ({"verdict": "perhaps"}, 422),
        ({"class_name": "Nothing"}, 422),
        ({"begin_frame": -1}, 422),
        ({"begin_frame": True}, 422),
        ({"note": "a" * 2001}, 422),
        ({"note": "a" * 70_000}, 413),
        ({"other": 1}, 422),
        ({"video": 2}, 404),
    ],
)
def test_verdicts_that_cannot_be_are_refused(
    open_client, wait, video, verdict, changes, status
):
    client = open_client([video])
    wait(client)
    answer = client.post("/api/verdicts", json={**verdict, **changes})
    assert answer.status_code == status
    assert client.put("/api/verdicts/7", json=verdict).status_code == 404
    assert client.get("/api/verdicts").json() == []


def test_another_model_reads_the_videos_again_and_keeps_the_verdicts(
    open_client, wait, video, verdict
):
    client = open_client([video])
    wait(client)
    client.post("/api/verdicts", json=verdict)
    other = FakePredictor()
    other.scores = (0.5,) * 8
    again = open_client([video], model="b", predictor=other)
    for _ in range(100):
        scores = wait(again)["camera"]["content"]["segment_scores"]
        if scores[0] == 0.5:
            break
    assert scores == [0.5] * 8
    assert len(again.get("/api/verdicts").json()) == 1


def test_the_clip_of_an_event_begins_at_a_key_frame_before_it(open_client, wait, tmp_path):
    path = make_video(tmp_path / "long.mp4", num_frames=100, codec="mpeg4")
    client = open_client([path])
    wait(client)
    answer = client.get("/api/videos/1/clip", params={"begin": 1.2, "end": 2.0})
    assert answer.status_code == 200
    assert 'filename="long_1.2-2.0s.mp4"' in answer.headers["content-disposition"]
    clip = tmp_path / "clip.mp4"
    clip.write_bytes(answer.content)
    with av.open(str(clip)) as container:
        frames = [frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)]
    # Of the proxy, with a key frame each 15: from frame 30 up to frame 59.
    assert len(frames) == 30
    assert level(frames[0]) == pytest.approx(level(read_frames(path, [30])[30]), abs=3)
    assert client.get("/api/videos/1/clip?begin=2&end=1").status_code == 400
    assert client.get("/api/videos/1/clip?begin=0&end=nan").status_code == 422


def test_the_page_is_whole(open_client):
    client = open_client()
    page = client.get("/").text
    assert "http" not in page.replace("http-equiv", "")
    for part in ("style.css", "events.js", "chart.js", "why.js", "page.js", "desk.js"):
        assert f"/page/{part}" in page
        assert client.get(f"/page/{part}").status_code == 200
    assert client.get("/page/..%2Fapp.py").status_code in (404, 422)
    assert client.get("/page/app.py").status_code == 422
