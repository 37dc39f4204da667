"""The page in a real browser: Chromium, driven by Playwright."""

import json
import pathlib
import signal

import av
import numpy as np
import pytest

from keras_wsad.metrics.alarms import alarm_runs
from keras_wsad.serve.report import report_content
from keras_wsad.serve.report import write_report
from keras_wsad.video import decode_frames
from tests.serve.fake_predictor import FakePredictor
from tests.serve.in_browser import shown_level
from tests.serve.in_browser import until
from tests.video.make_video import level
from tests.video.make_video import make_video

pytestmark = pytest.mark.large
axe = pytest.importorskip(
    "axe_playwright_python.sync_playwright", reason="needs axe-playwright-python"
)


def write_varying(path):
    """Writes a video of 60 frames at a rate that halves in the middle."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream("mpeg4", rate=30)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        for i in range(60):
            image = np.full((48, 64, 3), 40 + 3 * i, np.uint8)
            frame = av.VideoFrame.from_ndarray(image).reformat(format="yuv420p")
            frame.pts = i if i < 30 else 30 + 2 * (i - 30)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


def violations(page):
    found = axe.Axe().run(page).response["violations"]
    return [(v["id"], [node["html"][:120] for node in v["nodes"]]) for v in found]


def set_threshold(page, value):
    page.evaluate(
        "(value) => { $('threshold').value = value;"
        " $('threshold').dispatchEvent(new Event('input')); }",
        value,
    )


def test_a_review_from_the_upload_to_the_restart(page, serve, tmp_path):
    process, url = serve()
    page.goto(url)
    camera = make_video(tmp_path / "camera.mp4", num_frames=90)
    varying = write_varying(tmp_path / "varying.mkv")
    (tmp_path / "bad.mp4").write_text("no video")
    page.set_input_files("#files", [camera, tmp_path / "bad.mp4", varying])
    until(page, "$('video-count').textContent === '2'")
    assert "bad.mp4: expected a video" in page.text_content("#status")

    # The slider changes the number of alarms, without asking the server.
    set_threshold(page, 0)
    assert page.text_content("#alarm-count") == "2 alarms"
    scores = page.evaluate("state.videos.map((video) => video.content.segment_scores)")
    between = np.sort(np.unique(np.round(scores, 3)))[:-1].mean()
    set_threshold(page, float(between))
    expected = sum(len(alarm_runs(s, page.evaluate("state.threshold"))) for s in scores)
    assert page.locator("#events .alarm").count() == expected
    page.focus("#threshold")
    page.keyboard.press("End")
    assert page.text_content("#alarm-count") == "0 alarms"
    page.keyboard.press("Home")
    assert page.text_content("#alarm-count") == "2 alarms"

    # A click on an event opens it, with its curve.
    page.locator("#events button").nth(0).click()
    page.wait_for_selector("#timeline .curve.score")
    assert page.text_content("#title") == "camera"
    assert page.get_attribute("#timeline .curve.score", "d").count("H") == 8
    assert page.locator("#classes tr").count() == 14
    # A click on the timeline seeks: its middle is the middle of the video.
    page.evaluate("player.pause()")
    box = page.locator("#timeline svg").bounding_box()
    page.mouse.click(box["x"] + (64 + box["width"] - 12) / 2, box["y"] + 60)
    assert page.evaluate("player.currentTime") == pytest.approx(1.5, abs=0.05)
    assert shown_level(page) == pytest.approx(40 + 45, abs=3)

    # Keys give verdicts, and mark a frame.
    page.keyboard.press("h")
    until(page, "state.verdicts.length === 1")
    assert page.evaluate("state.verdicts[0].marked_frame") == pytest.approx(45, abs=1)
    page.keyboard.press("j")
    assert page.text_content("#title") == "varying"
    until(page, "state.stamps !== null")
    # Each frame by the time at which it is shown; by the mean rate it would be another.
    levels = [level(frame) for frame in decode_frames(varying, short_side=None)]
    for frame in (10, 30, 50):
        page.evaluate("(frame) => goTo(frame)", frame)
        assert shown_level(page) == pytest.approx(levels[frame], abs=1.5)
        assert page.evaluate("currentFrame()") == frame
    page.keyboard.press(",")
    assert page.evaluate("currentFrame()") == 49
    page.keyboard.press("f")
    until(page, "state.verdicts.length === 2")
    page.keyboard.press("n")
    page.keyboard.type("just rain")
    page.keyboard.press("Enter")
    until(page, "state.verdicts.some((v) => v.note === 'just rain')")

    # An edge is dragged, and moved by keys.
    handle = page.locator(".edge[data-side=end]").bounding_box()
    at = (handle["x"] + handle["width"] / 2, handle["y"] + handle["height"] / 2)
    page.mouse.move(*at)
    page.mouse.down()
    page.mouse.move(at[0] - 100, at[1], steps=4)
    page.mouse.up()
    until(page, "state.verdicts.some((v) => v.video === 2 && v.end_frame < 58)")
    dragged = page.evaluate("state.selected.end")
    page.keyboard.press("ArrowLeft")
    until(page, "(end) => state.verdicts.some((v) => v.end_frame === end)", dragged - 1)
    assert violations(page) == []
    page.keyboard.press("?")
    assert violations(page) == []
    page.keyboard.press("Escape")

    # What a training would do is said, or why there can be none; keys rest meanwhile.
    page.click("#train")
    until(page, "$('training-plan').textContent + $('training-state').textContent !== ''")
    page.keyboard.press("x")
    assert violations(page) == []
    page.click("#training >> text=Close")
    assert page.evaluate("state.verdicts.length") == 2

    # Nothing is lost by a kill.
    before = page.evaluate("ask('/api/verdicts')")
    process.send_signal(signal.SIGKILL)
    process.wait()
    _, url = serve()
    page.goto(url)
    until(page, "state.verdicts.length === 2")
    assert page.evaluate("state.verdicts") == before
    assert page.text_content("#reviewed-count") == "2 reviewed"
    page.check("#unreviewed")
    assert page.locator("#events .reviewed").count() == 0
    page.uncheck("#unreviewed")
    page.keyboard.press("z")
    until(page, "(end) => state.verdicts.some((v) => v.end_frame === end)", dragged)
    with page.expect_download() as download:
        page.click("summary:has-text('Export')")
        page.click("text=marks.csv")
    lines = pathlib.Path(download.value.path()).read_text().splitlines()
    assert [line.split(",")[::2][:2] for line in lines[1:]] == [
        ["camera", "true"],
        ["varying", "false"],
    ]


def test_the_page_cuts_alarms_as_python_does(page, tmp_path, random):
    write_report(tmp_path / "report.html", [], "Made up.", 0.5)
    page.goto(f"file://{tmp_path}/report.html")
    for _ in range(50):
        scores = random.random(12).round(1)
        boundaries = np.cumsum([0, *random.integers(0, 3, 12)])
        runs = page.evaluate(
            "([s, t, b]) => alarmRuns(s, t, b).map((r) => [r.start, r.end, r.peak])",
            [scores.tolist(), 0.5, boundaries.tolist()],
        )
        assert [tuple(run) for run in runs] == alarm_runs(scores, 0.5, boundaries)


def test_a_report_needs_no_server(page, tmp_path):
    from keras_wsad.features.video_features import VideoFeatures

    contents = []
    for name in ("a_20260131_120000", "b_20260131_220000"):
        path = make_video(tmp_path / f"{name}.mp4", num_frames=90)
        features = VideoFeatures(features=np.ones((1, 4, 8)), num_frames=90, fps=30.0)
        prediction = FakePredictor().predict_read(features, path)
        contents.append(report_content(name, prediction))
    write_report(tmp_path / "report.html", contents, "Made up.", 0.5)
    page.goto(f"file://{tmp_path}/report.html")
    assert page.text_content("#alarm-count") == "4 alarms"
    assert page.text_content("#near-count") == "2 just below (to 0.40)"
    assert page.locator("#events .near").count() == 2
    assert page.locator("#key-frames img").count() == 4
    page.keyboard.press("j")
    assert page.evaluate("state.index") == 1
    page.keyboard.press("k")
    assert page.evaluate("state.index") == 0
    # Only what was recorded from 21 on through midnight to 3.
    page.fill("#hour-from", "21")
    page.fill("#hour-to", "3")
    assert set(page.locator("#events .where").all_text_contents()) == {"b_20260131_220000"}
    page.fill("#peak-filter", "0.7")
    assert page.locator("#events li").count() == 1
    assert violations(page) == []


def test_a_watch_is_shown_as_it_goes(page, serve, tmp_path):
    file = tmp_path / "camera.jsonl"
    segment = {"type": "segment", "time": 1e9, "score": 0.25, "class_name": "Arson"}
    alarm = {"type": "alarm", "state": "begin", "time": 1e9, "class_name": "Robbery"}
    file.write_text(json.dumps(segment | {"probability": 0.5}) + "\n")
    _, url = serve("--live", file)
    page.goto(url)
    page.click("#live-button")
    until(page, "$('live-state').textContent.includes('Arson 0.50')")
    assert page.inner_text("#live-alarms") == ""
    with open(file, "a", encoding="utf-8") as lines:
        lines.write(json.dumps(alarm | {"peak": 0.875}) + "\n")
    until(page, "$('live-alarms').textContent.includes('Robbery, peak 0.88')")
    assert violations(page) == []


def test_the_token_is_asked_for_once(page, serve, monkeypatch):
    monkeypatch.setenv("KERAS_WSAD_TOKEN", "a-token-of-the-test")
    _, url = serve()
    page.goto(url)
    page.fill("#token", "another")
    page.click("text=Continue")
    page.wait_for_selector("text=This is not the token.")
    assert violations(page) == []
    page.fill("#token", "a-token-of-the-test")
    page.click("text=Continue")
    page.wait_for_selector("#threshold")
    page.reload()
    page.wait_for_selector("#threshold")
    assert violations(page) == []
