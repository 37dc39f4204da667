import json

from keras_wsad.serve.live import read_live

NOTHING = {"segments": [], "alarms": [], "status": None}


def test_the_last_records_are_told_apart(tmp_path):
    path = tmp_path / "camera.jsonl"
    assert read_live(path) == NOTHING
    records = [{"type": "segment", "score": i / 400} for i in range(400)]
    records += [{"type": "alarm", "number": 1}, {"type": "status", "state": "down"}]
    records += [{"type": "status", "state": "up"}]
    lines = [json.dumps(record) for record in records]
    path.write_text("\n".join(lines) + "\n" + '{"type": "status", "sta')
    live = read_live(path)
    assert [segment["score"] for segment in live["segments"]] == [
        i / 400 for i in range(100, 400)
    ]
    assert live["alarms"] == [{"number": 1}]
    assert live["status"] == {"state": "up"}


def test_of_a_long_file_only_the_end_is_read_and_nonsense_passed_over(tmp_path):
    path = tmp_path / "camera.jsonl"
    long = json.dumps({"type": "status", "state": "x" * 2**20})
    nonsense = ["[]", "7", '{"type": []}', '{"type": "other"}', "{", "\x00", "[" * 9999]
    last = json.dumps({"type": "segment", "score": 0.5})
    path.write_text("\n".join([long, *nonsense, last, ""]))
    assert read_live(path) == {**NOTHING, "segments": [{"score": 0.5}]}


def test_the_page_asks_for_it(open_client):
    client = open_client()
    assert client.get("/api/live").json() == NOTHING
    assert client.get("/api/videos").json()["is_live"] is False
