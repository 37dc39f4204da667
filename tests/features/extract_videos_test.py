import dataclasses
import io
import itertools
import json
import os
import pathlib
import shutil

import numpy as np
import pytest

from keras_wsad.backbones import OpenBackbone
from keras_wsad.errors import ConfigError
from keras_wsad.errors import FeatureFileError
from keras_wsad.features import read_features
from keras_wsad.features.extract import extract_clips
from keras_wsad.features.extract_videos import extract_videos
from keras_wsad.features.extraction import Extraction
from keras_wsad.features.feature_files import file_names
from keras_wsad.features.find import find_feature_files
from keras_wsad.video import find_videos
from tests.contents import contents
from tests.video.make_video import make_video


@pytest.mark.parametrize(
    ("crops", "dtype"), [(1, "float32"), (5, "float32"), (1, "float16")]
)
def test_files_are_read_back_as_they_were_extracted(
    folder, backbone, tmp_path, crops, dtype
):
    extraction = Extraction.of(backbone, crops=crops)
    report = extract_videos(
        find_videos([folder]), tmp_path, backbone, extraction, dtype=dtype
    )
    assert sorted(report.extracted) == ["A", "B", "C"]
    assert not (report.failed or report.damaged or report.done_before or report.changed)
    for name in "ABC":
        video = extract_clips(folder / f"{name}.mp4", backbone, extraction)
        expected = video.features.astype(dtype).astype(np.float32)
        np.testing.assert_array_equal(read_features(tmp_path / f"{name}.npy"), expected)
        sidecar = json.loads((tmp_path / f"{name}.json").read_text())
        assert sidecar["extraction"] == extraction.to_dict()
        assert sidecar["num_frames"] == {"A": 40, "B": 90, "C": 20}[name]
        assert (sidecar["fps"], sidecar["dtype"]) == (30.0, dtype)
        assert sidecar["num_clips"] == len(video.starts) and sidecar["damage"] is None
        assert sidecar["video"]["size"] == (folder / f"{name}.mp4").stat().st_size
    files = {name: file_names(name, crops) for name in "ABC"}
    found = find_feature_files(tmp_path, ["A", "B", "C"])
    assert {name: [path.name for path in paths] for name, paths in found.items()} == files


@pytest.mark.large
@pytest.mark.parametrize("num_clips", [1, 5, 10])
def test_crops_are_told_from_clips_whatever_their_number(backbone, tmp_path, num_clips):
    videos = tmp_path / "videos"
    videos.mkdir()
    make_video(videos / "V.mp4", 16 * num_clips)
    extraction = Extraction.of(backbone, crops=5, num_segments=None)
    extract_videos(find_videos([videos]), tmp_path / "out", backbone, extraction)
    features = read_features(tmp_path / "out" / "V.npy")
    assert features.shape == (5, num_clips, backbone.feature_dim)
    np.testing.assert_array_equal(
        features, extract_clips(videos / "V.mp4", backbone, extraction).features
    )


@pytest.mark.large
def test_bytes_do_not_depend_on_workers_nor_features_on_batches(folder, backbone, tmp_path):
    extraction = Extraction.of(backbone, stride=7, crops=5, num_segments=None)
    results = []
    for workers, batch_size in ((1, 16), (3, 16), (2, 1), (2, 7)):
        out = tmp_path / f"{workers}-{batch_size}"
        network = OpenBackbone("compact", backbone.model, backbone.weights, batch_size)
        extract_videos(find_videos([folder]), out, network, extraction, workers=workers)
        results.append(contents(out))
    assert len(results[0]) == 3 * 6
    assert results[1] == results[0]
    # In batches of another size the sums of a clip may have another order.
    for result, name in itertools.product(results[2:], results[0]):
        if name.endswith(".npy"):
            one, other = (
                np.load(io.BytesIO(files[name])) for files in (results[0], result)
            )
            np.testing.assert_allclose(other, one, rtol=1e-4, atol=1e-5)
        else:
            assert result[name] == results[0][name]


def test_what_is_done_is_passed_over(folder, backbone, extraction, tmp_path):
    videos = find_videos([folder])
    extract_videos({"A": videos["A"]}, tmp_path, backbone, extraction)
    before = (tmp_path / "A.npy").stat().st_mtime_ns
    report = extract_videos(videos, tmp_path, backbone, extraction)
    assert report.done_before == ["A"] and sorted(report.extracted) == ["B", "C"]
    assert (tmp_path / "A.npy").stat().st_mtime_ns == before
    # A feature file that is missing, cut, or has an extra crop is made again.
    (tmp_path / "A.npy").unlink()
    (tmp_path / "B.npy").write_bytes((tmp_path / "B.npy").read_bytes()[:-4])
    np.save(tmp_path / "C__5.npy", np.zeros((3, 256)))
    whole = extract_videos(videos, tmp_path, backbone, extraction)
    assert sorted(whole.extracted) == ["A", "B", "C"]
    assert len(contents(tmp_path)) == 6


def test_other_settings_are_an_error_unless_overwritten(
    folder, backbone, extraction, tmp_path
):
    videos = find_videos([folder])
    extract_videos(videos, tmp_path, backbone, dataclasses.replace(extraction, crops=5))
    before = contents(tmp_path)
    other = dataclasses.replace(extraction, stride=20)
    with pytest.raises(ConfigError, match=r"stride 20 \(was 16\), crops 1 \(was 5\), 3 s"):
        extract_videos(videos, tmp_path, backbone, other)
    with pytest.raises(ConfigError, match=r"dtype float16 \(was float32\)"):
        extract_videos(
            videos,
            tmp_path,
            backbone,
            dataclasses.replace(extraction, crops=5),
            dtype="float16",
        )
    # A folder must not mix settings: overwriting one video raises.
    with pytest.raises(ConfigError, match="Extract those videos in the same call"):
        one = {"A": videos["A"]}
        extract_videos(one, tmp_path, backbone, other, overwrite=True)
    assert contents(tmp_path) == before
    report = extract_videos(videos, tmp_path, backbone, other, overwrite=True)
    assert sorted(report.extracted) == ["A", "B", "C"]
    assert sorted(contents(tmp_path)) == [
        f"{n}.{s}" for n in "ABC" for s in ("json", "npy")
    ]


@pytest.mark.large
@pytest.mark.parametrize("foreign", ["A.npy", "A__3.npy", "A.json"])
def test_files_of_unknown_extraction_are_not_replaced(
    folder, backbone, extraction, tmp_path, foreign
):
    (tmp_path / foreign).write_text("{}")
    with pytest.raises(
        ConfigError, match=f"features of unknown origin, 1 such as {foreign}"
    ):
        extract_videos(find_videos([folder]), tmp_path, backbone, extraction)
    assert (tmp_path / foreign).read_text() == "{}"
    extract_videos(find_videos([folder]), tmp_path, backbone, extraction, overwrite=True)
    assert len(contents(tmp_path)) == 6


def test_a_changed_video_is_extracted_again_and_a_copied_one_is_not(
    folder, backbone, extraction, tmp_path
):
    videos = tmp_path / "videos"
    shutil.copytree(folder, videos)
    out = tmp_path / "out"
    extract_videos(find_videos([videos]), out, backbone, extraction)
    os.utime(videos / "A.mp4", ns=(1, 1))
    report = extract_videos(find_videos([videos]), out, backbone, extraction)
    assert len(report.done_before) == 3
    make_video(videos / "B.mp4", num_frames=33)
    report = extract_videos(find_videos([videos]), out, backbone, extraction)
    assert report.changed == report.extracted == ["B"]
    assert json.loads((out / "B.json").read_text())["num_frames"] == 33


@pytest.mark.large
@pytest.mark.parametrize(
    ("crops", "moved"), [(1, 0), (1, 1), *((5, moved) for moved in range(6))]
)
def test_a_kill_between_two_files_of_a_video_is_mended(
    folder, backbone, tmp_path, monkeypatch, crops, moved
):
    videos = {"A": folder / "A.mp4"}
    extraction = Extraction.of(backbone, crops=crops, num_segments=None)
    whole, broken = tmp_path / "whole", tmp_path / "broken"
    extract_videos(videos, whole, backbone, extraction)
    # The existing files are of another extraction and get replaced.
    extract_videos(videos, broken, backbone, dataclasses.replace(extraction, stride=9))

    class Killed(BaseException):
        pass

    count, replace = itertools.count(), os.replace

    def until_killed(source, target):
        if pathlib.Path(target).parent == broken and next(count) == moved:
            raise Killed
        replace(source, target)

    with monkeypatch.context() as patch:
        patch.setattr("keras_wsad.features.feature_files.os.replace", until_killed)
        # A killed process cleans nothing up.
        patch.setattr("shutil.rmtree", lambda *_, **__: None)
        with pytest.raises(Killed):
            extract_videos(videos, broken, backbone, extraction, overwrite=True)
    assert not (broken / "A.json").exists()
    if 0 < moved < crops:
        with pytest.raises(FeatureFileError, match="a crop is missing"):
            read_features(broken / "A.npy")
    report = extract_videos(videos, broken, backbone, extraction)
    assert report.done_before == ["A"]
    assert contents(broken) == contents(whole)
