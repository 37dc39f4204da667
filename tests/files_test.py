import os
import subprocess
import sys
from pathlib import Path

import pytest

from keras_wsad.backbones.verify import read_label_map
from keras_wsad.data.annotations import read_split_list
from keras_wsad.data.annotations import read_temporal_annotation
from keras_wsad.data.frame_counts import FrameCounts
from keras_wsad.data.marks import read_marks
from keras_wsad.errors import DataError
from keras_wsad.errors import WSADError
from keras_wsad.files import atomic_path
from keras_wsad.files import check_regular
from keras_wsad.files import checked_name
from keras_wsad.files import index_files
from keras_wsad.files import printable
from keras_wsad.files import read_json
from keras_wsad.files import read_text
from keras_wsad.files import write_json
from keras_wsad.files import write_text
from keras_wsad.yaml_file import read_yaml
from tests.no_names import NO_NAMES


def test_a_failed_write_leaves_the_old_file(tmp_path):
    path = tmp_path / "a.txt"
    path.write_text("old")
    with pytest.raises(RuntimeError), atomic_path(path) as temporary:
        temporary.write_text("half")
        raise RuntimeError
    assert path.read_text() == "old"
    assert [item.name for item in tmp_path.iterdir()] == ["a.txt"]


def test_what_a_killed_process_left_is_removed_and_what_a_running_one_writes_is_not(
    tmp_path,
):
    program = """
import sys
from keras_wsad.files import atomic_path
with atomic_path(sys.argv[1]) as temporary:
    temporary.write_text("half")
    print("written", flush=True)
    sys.stdin.read()
"""
    command = [sys.executable, "-c", program, str(tmp_path / "a.txt")]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    killed, running = (subprocess.Popen(command, **pipes) for _ in range(2))
    for process in (killed, running):
        assert process.stdout.readline() == "written\n"
    killed.kill()
    killed.communicate()
    write_text(tmp_path / "b.txt", "b")
    assert len(list(tmp_path.glob(".partial-*"))) == 1
    running.communicate("")
    assert running.returncode == 0
    assert sorted(item.name for item in tmp_path.iterdir()) == ["a.txt", "b.txt"]


def test_a_folder_is_replaced_whole(tmp_path):
    folder = tmp_path / "model"
    for content in ("old", "new"):
        with atomic_path(folder) as temporary:
            temporary.mkdir()
            (temporary / content).write_text(content)
    assert [item.name for item in folder.iterdir()] == ["new"]


def test_a_folder_that_cannot_be_replaced_stays(tmp_path, monkeypatch):
    folder, replace = tmp_path / "model", os.replace
    folder.mkdir()
    (folder / "old").touch()

    def fail(source, target):
        if Path(source).name == "model" and target == folder:
            raise OSError(5, "Input/output error")
        replace(source, target)

    monkeypatch.setattr("keras_wsad.files.os.replace", fail)
    with pytest.raises(OSError), atomic_path(folder) as temporary:
        temporary.mkdir()
    assert [item.name for item in folder.iterdir()] == ["old"]
    assert [item.name for item in tmp_path.iterdir()] == ["model"]


def test_content_is_on_the_disk_before_its_name_and_the_name_after(tmp_path, monkeypatch):
    calls, fsync, replace = [], os.fsync, os.replace

    def note_fsync(handle):
        calls.append(Path(os.readlink(f"/proc/self/fd/{handle}")).name)
        fsync(handle)

    def note_replace(source, target):
        calls.append("replace")
        replace(source, target)

    monkeypatch.setattr("keras_wsad.files.os.fsync", note_fsync)
    monkeypatch.setattr("keras_wsad.files.os.replace", note_replace)
    write_text(tmp_path / "a.txt", "x")
    assert calls == ["a.txt", "replace", tmp_path.name]
    calls.clear()
    with atomic_path(tmp_path / "model") as temporary:
        temporary.mkdir()
        (temporary / "weights").touch()
    assert calls == ["weights", "model", "replace", tmp_path.name]


def test_nan_is_no_json(tmp_path):
    with pytest.raises(ValueError, match="JSON"):
        write_json(tmp_path / "a.json", {"value": float("nan")})
    assert not list(tmp_path.iterdir())


def test_files_are_found_at_any_depth_but_not_in_hidden_folders(tmp_path):
    for folder in ("b/c", "a", ".hidden"):
        (tmp_path / folder).mkdir(parents=True)
        (tmp_path / folder / "x.txt").touch()
    assert index_files(tmp_path) == {
        "x.txt": [tmp_path / "a" / "x.txt", tmp_path / "b" / "c" / "x.txt"]
    }


def test_a_file_never_takes_the_place_of_a_folder(tmp_path):
    (tmp_path / "precious").mkdir()
    (tmp_path / "precious" / "thesis.txt").write_text("x")
    with pytest.raises(WSADError, match="It is a folder"):
        write_text(tmp_path / "precious", "table")
    assert (tmp_path / "precious" / "thesis.txt").read_text() == "x"
    assert [item.name for item in tmp_path.iterdir()] == ["precious"]


def test_links_to_folders_are_followed_once(tmp_path):
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "x.txt").touch()
    root = tmp_path / "root"
    root.mkdir()
    (root / "link").symlink_to(tmp_path / "elsewhere")
    (root / "again").symlink_to(tmp_path / "elsewhere")
    (root / "loop").symlink_to(root)
    assert index_files(root) == {"x.txt": [root / "again" / "x.txt"]}


@pytest.mark.parametrize(
    "name", ["Abuse001_x264", "12:30", "café", "a b", ".hidden", "..."]
)
def test_a_name_of_one_step_is_taken(name, tmp_path):
    (tmp_path / checked_name(name)).touch()
    assert [path.name for path in tmp_path.iterdir()] == [name]


@pytest.mark.parametrize("name", NO_NAMES, ids=ascii)
def test_a_name_that_leads_elsewhere_raises(name):
    with pytest.raises(DataError, match="a name that a file can be given"):
        checked_name(name)


def test_what_cannot_be_shown_is_spelt_out():
    assert (
        printable("caf\u00e9 lat\udce9in\x1b[2J\n") == "caf\u00e9 lat\\udce9in\\x1b[2J\\n"
    )


def test_a_name_that_is_no_text_survives_json(tmp_path):
    content = {"video": os.fsdecode(b"lat\xe9in.mp4")}
    write_json(tmp_path / "a.json", content)
    assert (tmp_path / "a.json").read_bytes().isascii()
    assert read_json(tmp_path / "a.json") == content


@pytest.mark.parametrize("content", [b"[" * 100_000, b'"lat\xe9in"', b"", b"{"])
def test_what_is_no_json_is_an_error_of_one_kind(tmp_path, content):
    (tmp_path / "a.json").write_bytes(content)
    with pytest.raises(DataError, match=r"a\.json: damaged, expected JSON"):
        read_json(tmp_path / "a.json")


def test_what_may_never_end_is_not_read(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "zeros").symlink_to("/dev/zero")
    for name in ("pipe", "zeros"):
        with pytest.raises(OSError, match=rf"Not a regular file.*{name}"):
            read_json(tmp_path / name)
    (tmp_path / "file").touch()
    check_regular(tmp_path / "file")


READERS = {
    "list": read_split_list,
    "annotation": read_temporal_annotation,
    "counts": lambda path: FrameCounts({"num_frames.csv": [path]}),
    "marks": lambda path: read_marks(path, ["a"], 4),
    "yaml": read_yaml,
    "json": read_json,
    "names": lambda path: read_label_map(path, 3),
}


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize(
    ("write", "complaint"),
    [
        (lambda path: path.symlink_to("/dev/zero"), "regular file"),
        (os.mkfifo, "regular file"),
        (lambda path: path.write_bytes(b"\xff\xfea\0"), "UTF-8"),
        (lambda path: path.open("wb").truncate(2**24 + 1), "expected at most .* bytes"),
        (lambda path: path.write_bytes(b"[" * 50_000), "expected"),
        (lambda path: path.write_bytes(b"\0" * 100), "expected"),
        (Path.mkdir, "directory"),
    ],
)
def test_no_reader_of_texts_waits_swells_or_breaks(tmp_path, reader, write, complaint):
    path = tmp_path / "a"
    write(path)
    with pytest.raises((WSADError, OSError), match=complaint) as error:
        READERS[reader](path)
    assert str(path) in str(error.value)
    assert len(str(error.value)) < 1500


def test_lines_end_in_a_line_feed_after_a_byte_order_mark(tmp_path):
    (tmp_path / "a").write_bytes(b"\xef\xbb\xbfone\r\ntwo\rthree\n")
    assert read_text(tmp_path / "a") == "one\ntwo\nthree\n"
    with pytest.raises(DataError, match="at most 4 bytes"):
        read_text(tmp_path / "a", most_bytes=4)
