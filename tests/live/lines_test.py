import json

import pytest

from keras_wsad.live.lines import Lines


def test_lines_are_appended_to_a_file_that_may_be_moved(tmp_path):
    lines = Lines(tmp_path / "out.jsonl")
    lines.write({"a": 1})
    lines.write({"b": 2})
    (tmp_path / "out.jsonl").rename(tmp_path / "old.jsonl")
    lines.write({"c": 3})
    assert (tmp_path / "old.jsonl").read_text() == '{"a": 1}\n{"b": 2}\n'
    assert json.loads((tmp_path / "out.jsonl").read_text()) == {"c": 3}
    with pytest.raises(OSError):
        Lines(tmp_path).write({})


def test_a_line_after_half_a_line_is_whole(tmp_path):
    path = tmp_path / "out.jsonl"
    path.write_text('{"a": 1}\n{"b"')
    lines = Lines(path)
    with lines.locked():
        lines.write({"c": 3})
    assert path.read_text() == '{"a": 1}\n{"b"\n{"c": 3}\n'
    with lines.locked():
        lines.write({"d": 4})
    assert path.read_text().endswith('{"c": 3}\n{"d": 4}\n')
