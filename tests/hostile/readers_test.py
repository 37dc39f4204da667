import importlib.util
import resource
import subprocess
import sys
import tempfile

import pytest
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st

from tests.hostile.readers import CORPUS
from tests.hostile.readers import READERS
from tests.hostile.readers import check

FILES = sorted(path for path in CORPUS.rglob("*") if path.is_file())
# These take tenths of a second for a file.
SLOW = ("model", "video")
# What breaks a reader that is not careful, in texts and in binary numbers.
ODD = [
    *("-1", "0", "nan", "1e400", "9" * 19, "9" * 5000, "1_0", "\u0665", "\u2028", "\r"),
    *('"', "'", ",", "\t", "[", "{", "&a *a", "!!python/object:os.system", "..", "/"),
    *("true", "null", "\ufeff", "#", "%", ": ", "- "),
]
ODD = [text.encode() for text in ODD] + [
    b"\0",
    b"\xff",
    b"\xff\xfe",
    *(bytes([value]) * size for value in (0, 0x7F, 0xFF) for size in (2, 4, 8)),
]


@st.composite
def damaged(draw, content):
    """Draws a file that differs from a valid one in a few places."""
    for _ in range(draw(st.integers(1, 3))):
        begin = draw(st.integers(0, len(content)))
        end = min(begin + draw(st.sampled_from([0, 0, 1, 2, 4, 8, 10**9])), len(content))
        put = draw(st.one_of(st.sampled_from(ODD), st.binary(max_size=8)))
        content = content[:begin] + put + content[end:]
    return content


def test_every_reader_has_a_valid_file():
    assert {path.parent.name for path in FILES if path.name == "valid"} == set(READERS)
    assert sum(path.stat().st_size for path in FILES) < 200_000


@pytest.mark.parametrize("name", READERS)
def test_a_valid_file_is_read(name, tmp_path):
    path = tmp_path / f"file{READERS[name].suffix}"
    path.write_bytes((CORPUS / name / "valid").read_bytes())
    READERS[name].read(path)


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}-{path.name}")
def test_what_once_broke_a_reader_does_not(path, tmp_path):
    check(path.parent.name, path.read_bytes(), tmp_path)


@pytest.mark.parametrize("name", [name for name in READERS if name not in SLOW])
def test_a_damaged_file_is_read_or_named(name):
    valid = (CORPUS / name / "valid").read_bytes()

    @given(damaged(valid))
    def run(content):
        with tempfile.TemporaryDirectory() as folder:
            check(name, content, folder)

    run()


@pytest.mark.parametrize("name", [name for name in READERS if name not in SLOW])
def test_any_bytes_are_read_or_named(name):
    @given(st.binary(max_size=64))
    @settings(max_examples=20)
    def run(content):
        with tempfile.TemporaryDirectory() as folder:
            check(name, content, folder)

    run()


@pytest.mark.large
@pytest.mark.skipif(importlib.util.find_spec("atheris") is None, reason="no atheris")
@pytest.mark.parametrize("name", READERS)
def test_seconds_of_fuzzing_find_nothing(name, tmp_path):
    def limit():
        # TensorFlow reserves some of it and uses little.
        resource.setrlimit(resource.RLIMIT_AS, (8 << 30, 8 << 30))

    done = subprocess.run(
        [sys.executable, "-m", "tests.fuzz", name, "--seconds=5", f"--found={tmp_path}"],
        capture_output=True,
        text=True,
        timeout=120,
        preexec_fn=limit,
    )
    assert done.returncode == 0, done.stderr[-3000:]
