import functools
import http.server
import json
import os
import signal
import subprocess
import sys
import threading
import time

import numpy as np
import pytest

from keras_wsad.cli import main
from keras_wsad.features.extract import extract_clips
from keras_wsad.inference import load
from keras_wsad.live.delivery import Delivery
from keras_wsad.live.lines import Lines


@pytest.fixture(scope="module", autouse=True)
def backbones(open_once):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("keras_wsad.backbones.open_backbone", open_once)
        yield


@pytest.fixture
def watch(compact_run, capsys):
    """A function that runs the command and returns its status, records and errors."""

    def watch(*arguments):
        status = main(["watch", *map(str, arguments), "--model", str(compact_run.folder)])
        shown = capsys.readouterr()
        return status, [json.loads(line) for line in shown.out.splitlines()], shown.err

    return watch


def of_type(records, name):
    return [record for record in records if record["type"] == name]


def test_a_file_becomes_lines_of_json(watch, video, compact_run, open_once):
    status, records, err = watch(video, "--window=8", "--threshold=0")
    assert status == 0
    said = err.splitlines()
    assert said[0] == f"{video}: 64 x 48 pixels, 30 frames per second, h264"
    assert said[1].startswith(
        "ended; 10 segments, 1 alarms, 0 skipped clips; the lines are"
    )
    segments = of_type(records, "segment")
    assert len(segments) == 10
    extraction = compact_run.load_extraction()
    clips = extract_clips(video, open_once("compact", "random"), extraction).features[0]
    expected = load(compact_run.folder).predict(clips[-8:])
    assert segments[-1]["score"] == pytest.approx(expected.segment_scores[-1], abs=1e-5)
    assert segments[-1]["class_name"] == expected.class_name
    (alarm,) = of_type(records, "alarm")
    assert (alarm["state"], alarm["start"], alarm["number"]) == ("begin", 0.0, 1)
    assert of_type(records, "status")[-1]["reconnects"] == 0


def test_lines_go_to_a_file_and_alarms_to_a_webhook(watch, video, tmp_path):
    taken = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            size = int(self.headers["Content-Length"])
            taken.append(json.loads(self.rfile.read(size)))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_):
            pass

    out = tmp_path / "watch.jsonl"
    with http.server.HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        url = f"http://127.0.0.1:{server.server_port}/"
        status, records, err = watch(video, "--out", out, "--threshold=0", "--webhook", url)
        server.shutdown()
        thread.join()
    assert (status, records) == (0, [])
    assert str(out) in err
    written = [json.loads(line) for line in out.read_text().splitlines()]
    assert taken == of_type(written, "alarm") != []


def test_alarms_that_reach_nobody_are_said(watch, video, monkeypatch, tmp_path):
    at_once = functools.partial(Delivery, pause=0.0)
    monkeypatch.setattr("keras_wsad.live.delivery.Delivery", at_once)
    out = tmp_path / "watch.jsonl"
    nobody = "http://127.0.0.1:9/"
    status, _, err = watch(video, "--out", out, "--threshold=0", "--webhook", nobody)
    assert status == 0
    alarms = of_type(map(json.loads, out.read_text().splitlines()), "alarm")
    said = f"{len(alarms)} alarms not delivered ("
    assert alarms and said in err and "refused" in err.split(said)[1]


def test_a_second_watch_of_one_file_is_told_of_the_first(watch, video, tmp_path):
    (tmp_path / "link.jsonl").symlink_to(tmp_path / "watch.jsonl")
    first = Lines(tmp_path / "watch.jsonl")
    with first.locked():
        first.write({"a": 1})
        status, records, err = watch(video, "--out", tmp_path / "link.jsonl")
    assert (status, records) == (1, [])
    assert f"error: {tmp_path}/link.jsonl: in use by process {os.getpid()} on" in err
    assert sorted(path.name for path in tmp_path.iterdir()) == ["link.jsonl", "watch.jsonl"]
    assert (tmp_path / "watch.jsonl").read_text() == '{"a": 1}\n'
    assert watch(video, "--out", tmp_path / "link.jsonl")[0] == 0


def test_lines_may_go_to_a_device(watch, video):
    assert watch(video, "--out", "/dev/null")[:2] == (0, [])
    assert not os.path.exists("/dev/.null.lock")


def test_a_video_shorter_than_the_window_says_so(watch, video):
    status, records, err = watch(video, "--window=64")
    assert status == 0
    assert of_type(records, "segment") == []
    assert "no score: a window has 64 clips" in err


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["/nowhere/camera.mp4"], "/nowhere/camera.mp4"),
        (["{video}", "--window=3"], "a multiple or a divisor of the 8 segments"),
        (["{video}", "--release=0.7"], "release <= threshold"),
        (["{video}", "--webhook=ftp://host/"], "Expected http://HOST/PATH"),
        (["rtsp://u:secret@127.0.0.1:9/x"], "rtsp://127.0.0.1:9/x: expected a video"),
    ],
)
def test_what_cannot_begin_is_an_error_of_one_line(watch, video, arguments, complaint):
    status, records, err = watch(*(a.format(video=video) for a in arguments))
    assert (status, records) == (1, [])
    assert err.startswith("error: ")
    assert err.count("\n") == 1
    assert complaint in err


@pytest.mark.large
def test_an_interruption_ends_with_a_line(compact_run, tmp_path):
    from benchmarks.stream_server import StreamServer
    from benchmarks.stream_server import transport_stream
    from tests.video.make_video import make_video

    minute = make_video(tmp_path / "minute.mp4", 600, fps=10)
    out = tmp_path / "out.jsonl"
    program = "import sys; from keras_wsad.cli import main; sys.exit(main(sys.argv[1:]))"
    options = ["--model", str(compact_run.folder), "--out", str(out)]
    with StreamServer(lambda: transport_stream(minute, 60), speed=5.0) as camera:
        process = subprocess.Popen(
            [sys.executable, "-c", program, "watch", camera.url, *options],
            stderr=subprocess.PIPE,
            text=True,
            # A shell in the background ignores the signal, and its children inherit that.
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
        )
        end = time.monotonic() + 120
        while not (out.exists() and '"segment"' in out.read_text()):
            assert time.monotonic() < end and process.poll() is None
            time.sleep(0.2)
        os.kill(process.pid, signal.SIGINT)
        _, err = process.communicate(timeout=60)
    assert process.returncode == 130
    lines = err.splitlines()
    assert len(lines) == 2
    assert lines[1].startswith("stopped; ") and lines[1].endswith(f"are in {out}")
    segments = [json.loads(line) for line in out.read_text().splitlines()]
    assert np.isfinite([s["score"] for s in of_type(segments, "segment")]).all()
