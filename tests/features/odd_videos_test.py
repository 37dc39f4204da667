import json
import os
import shutil

import numpy as np
import pytest

from keras_wsad.features.extract_videos import extract_videos
from keras_wsad.features.sidecar import Sidecar
from keras_wsad.video import ClipReader
from keras_wsad.video import find_videos
from tests.contents import contents
from tests.no_names import NO_NAMES
from tests.video.make_video import make_video
from tests.video.make_video import write_wide


def test_the_rest_goes_on_when_videos_are_damaged(folder, backbone, extraction, tmp_path):
    videos, out = tmp_path / "videos", tmp_path / "out"
    shutil.copytree(folder, videos)
    (videos / "B.mp4").write_bytes(b"no video at all" * 100)
    (videos / "D.mp4").touch()
    (videos / "E__1.mp4").touch()
    cut = make_video(videos / "F.mkv", 300, codec="mpeg4")
    cut.write_bytes(cut.read_bytes()[: cut.stat().st_size // 2])
    for _ in range(2):
        report = extract_videos(find_videos([videos]), out, backbone, extraction)
        assert sorted(report.failed) == ["B", "D", "E__1"]
        assert "B.mp4: expected a video" in report.failed["B"]
        assert "a crop's number" in report.failed["E__1"]
        assert list(report.damaged) == ["F"]
        assert sorted(contents(out)) == [f"{n}.{s}" for n in "ACF" for s in ("json", "npy")]
    assert len(report.done_before) == 3
    sidecar = json.loads((out / "F.json").read_text())
    assert sidecar["damage"] == report.damaged["F"]
    assert sidecar["num_frames"] < 300


def test_features_too_large_for_their_dtype_are_an_error(
    folder, backbone, extraction, tmp_path
):
    def shouting(clips):
        return np.full((len(clips), backbone.feature_dim), 1e5, np.float32)

    for name, value in vars(backbone).items():
        setattr(shouting, name, value)
    videos = find_videos([folder])
    extract_videos(videos, tmp_path / "single", shouting, extraction)
    with pytest.raises(ValueError, match="finite as float16"):
        extract_videos(videos, tmp_path / "half", shouting, extraction, dtype="float16")
    assert not contents(tmp_path / "half")


def test_nothing_is_lost_by_the_name_of_a_video(folder, backbone, extraction, tmp_path):
    (tmp_path / "thesis.docx").write_text("x")
    # As an earlier version left it of a video named "."; it is not to be removed.
    (tmp_path / ".partial-extract-6zfgwnmf.json").write_text("x")
    videos = {**dict.fromkeys(NO_NAMES, folder / "B.mp4"), "A": folder / "A.mp4"}
    report = extract_videos(videos, tmp_path, backbone, extraction)
    assert report.extracted == ["A"]
    assert sorted(report.failed) == sorted(NO_NAMES)
    assert all(str(folder / "B.mp4") in reason for reason in report.failed.values())
    assert sorted(contents(tmp_path)) == [
        ".partial-extract-6zfgwnmf.json",
        "A.json",
        "A.npy",
        "thesis.docx",
    ]


def test_the_rest_goes_on_when_files_are_odd(folder, backbone, extraction, tmp_path):
    videos = {"A": folder / "A.mp4"}
    for name, write in (("wide", write_wide), ("pipe", os.mkfifo)):
        videos[name] = tmp_path / f"{name}.mp4"
        write(videos[name])
    # A name that is no text, in a folder of such a name.
    videos["latin"] = tmp_path / os.fsdecode(b"\xe9/v.m\xe9p4")
    videos["latin"].parent.mkdir()
    shutil.copy(folder / "B.mp4", videos["latin"])
    videos["C"] = folder / "C.mp4"
    out = tmp_path / "out"
    report = extract_videos(videos, out, backbone, extraction)
    done = ["A", "C", "latin"]
    assert sorted(report.extracted) == done
    assert "wide.mp4: expected a video of at most" in report.failed["wide"]
    assert "pipe.mp4: expected a video. Cannot be opened" in report.failed["pipe"]
    assert Sidecar.read(out / "latin.json").video["file"] == videos["latin"].name
    again = extract_videos(videos, out, backbone, extraction)
    assert sorted(again.done_before) == done


def test_what_is_no_video_is_not_read_whole(backbone, extraction, tmp_path, monkeypatch):
    monkeypatch.setattr("keras_wsad.features.extract_videos.source_of", None)
    (tmp_path / "zeros.mp4").touch()
    # Without a block on the disk; to hash it takes a minute.
    os.truncate(tmp_path / "zeros.mp4", 2**34)
    videos = {"zeros": tmp_path / "zeros.mp4"}
    report = extract_videos(videos, tmp_path / "out", backbone, extraction)
    assert "zeros.mp4: expected a video" in report.failed["zeros"]


def test_a_video_that_its_sidecar_cannot_describe_is_left_out(
    folder, backbone, extraction, tmp_path, monkeypatch
):
    class Impossible(ClipReader):
        def __init__(self, path, **options):
            super().__init__(path, **options)
            if path.stem == "B":
                self.fps = float("inf")

    monkeypatch.setattr("keras_wsad.features.extract.ClipReader", Impossible)
    report = extract_videos(find_videos([folder]), tmp_path, backbone, extraction)
    assert sorted(report.extracted) == ["A", "C"]
    assert report.failed == {
        "B": f"{folder / 'B.mp4'}: Expected what a video can have. Received: fps=inf"
    }
    assert sorted(contents(tmp_path)) == ["A.json", "A.npy", "C.json", "C.npy"]


def test_missing_videos_are_a_list(folder, backbone, extraction, tmp_path):
    videos = {name: folder / f"{name}.mp4" for name in ("X", "A", "Y")}
    report = extract_videos(videos, tmp_path, backbone, extraction)
    assert (report.missing, report.failed) == (["X", "Y"], {})
    # Features outlive their video.
    videos["A"] = folder / "gone.mp4"
    report = extract_videos(videos, tmp_path, backbone, extraction)
    assert (report.missing, report.done_before) == (["X", "Y"], ["A"])
