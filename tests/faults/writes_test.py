"""Whichever call fails that writes, the same command later ends as if none had."""

import json
import shutil

import numpy as np
import pytest

from keras_wsad.features import open_store
from keras_wsad.features.extract_videos import extract_videos
from keras_wsad.features.extraction import Extraction
from keras_wsad.live.lines import Lines
from keras_wsad.video import find_videos
from tests.faults.faults import each_fault
from tests.faults.faults import fail_each
from tests.video.make_video import make_video


@pytest.fixture(scope="module")
def videos(tmp_path_factory):
    folder = tmp_path_factory.mktemp("videos")
    for name in "AB":
        make_video(folder / f"{name}.mp4", 20)
    return find_videos([folder])


def contents(folder):
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


@each_fault
@pytest.mark.parametrize("had_other", [False, True], ids=["new", "overwritten"])
def test_features_after_a_fault_are_those_without(
    videos,
    backbone,
    tmp_path,
    had_other,
    error,
    lasting,
):
    extraction = Extraction.of(backbone, crops=5, num_segments=None)
    extract_videos(videos, tmp_path / "whole", backbone, extraction)
    whole = contents(tmp_path / "whole")
    assert len(whole) == 2 * 6
    other = Extraction.of(backbone, stride=9, num_segments=None)
    extract_videos(videos, tmp_path / "other", backbone, other)

    def prepare(folder):
        if had_other:
            shutil.copytree(tmp_path / "other", folder / "out")

    def run(folder):
        out = folder / "out"
        # One worker, so that the calls come in one order.
        extract_videos(videos, out, backbone, extraction, workers=1, overwrite=had_other)
        return True

    def check(folder):
        assert contents(folder / "out") == whole
        assert not list((folder / "out").glob(".*"))

    assert fail_each(run, check, tmp_path, error, lasting, prepare) > 50


@each_fault
def test_a_store_after_a_fault_is_that_without(
    tmp_path, random, monkeypatch, error, lasting
):
    (tmp_path / "features").mkdir()
    for name in "AB":
        np.save(tmp_path / "features" / f"{name}.npy", random.random((9, 4), "float32"))
    monkeypatch.setenv("KERAS_WSAD_CACHE", str(tmp_path / "whole"))
    whole = open_store(tmp_path / "features", ["A", "B"], 4).features

    def run(folder):
        monkeypatch.setenv("KERAS_WSAD_CACHE", str(folder / "cache"))
        np.testing.assert_array_equal(
            open_store(tmp_path / "features", ["A", "B"], 4).features, whole
        )
        return True

    def check(folder):
        assert not list(folder.rglob(".*"))

    assert fail_each(run, check, tmp_path, error, lasting) > 10


@each_fault
def test_lines_are_whole_or_not_there(tmp_path, error, lasting):
    records = [{"number": number, "text": "x" * 20} for number in range(3)]

    def run(folder):
        path = folder / "out.jsonl"
        done = len(path.read_text().splitlines()) if path.exists() else 0
        lines = Lines(path)
        for record in records[done:]:
            lines.write(record)
        return True

    def check(folder):
        text = (folder / "out.jsonl").read_text()
        assert [json.loads(line) for line in text.splitlines()] == records

    assert fail_each(run, check, tmp_path, error, lasting) == 6
