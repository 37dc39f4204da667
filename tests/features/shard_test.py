import pytest

from keras_wsad.errors import ConfigError
from keras_wsad.errors import LockedError
from keras_wsad.features.extract_videos import extract_videos
from keras_wsad.features.extraction import Extraction
from keras_wsad.features.shard import Shard
from keras_wsad.features.workspace import open_workspace
from keras_wsad.video import find_videos
from tests.contents import contents
from tests.video.make_video import make_video


def test_shards_are_the_whole_and_nothing_twice():
    videos = {f"Abuse{number:03d}_x264": number for number in range(1000)}
    videos["lat\udce9in"] = 1000
    shards = [Shard(number, 7).of(videos) for number in range(1, 8)]
    names = [name for shard in shards for name in shard]
    assert len(names) == 1001 and set(names) == set(videos)
    assert min(map(len, shards)) > 100
    assert Shard(1, 1).of(videos) == videos


def test_a_video_is_in_the_same_shard_everywhere():
    # sha256("Abuse028_x264") ends in hexadecimal 9.
    assert [n for n in range(1, 17) if Shard(n, 16).of({"Abuse028_x264": 0})] == [10]


@pytest.mark.parametrize("text", ["0/4", "5/4", "1", "a/b", "1/2/3", "1/0"])
def test_what_is_no_shard_raises(text):
    with pytest.raises(ConfigError, match="Expected a shard"):
        Shard.parse(text)


def test_shards_extract_into_one_folder(backbone, tmp_path):
    (tmp_path / "videos").mkdir()
    for number in range(6):
        make_video(tmp_path / "videos" / f"V{number}.mp4", 20 + number)
    videos = find_videos([tmp_path / "videos"])
    extraction = Extraction.of(backbone, num_segments=None)
    whole, out = tmp_path / "whole", tmp_path / "out"
    extract_videos(videos, whole, backbone, extraction)
    extracted = []
    out.mkdir()
    # While another process works on a third shard.
    with open_workspace(out, Shard(3, 3)):
        for number in (1, 2):
            shard = Shard(number, 3)
            report = extract_videos(videos, out, backbone, extraction, shard=shard)
            extracted += report.extracted
            assert report.done_before == []
        for shard in (Shard(3, 3), None):
            with pytest.raises(LockedError, match="in use by process"):
                extract_videos(videos, out, backbone, extraction, shard=shard)
    report = extract_videos(videos, out, backbone, extraction, shard=Shard(3, 3))
    assert sorted([*extracted, *report.extracted]) == sorted(videos)
    assert contents(out) == contents(whole)


def test_two_processes_do_not_extract_into_one_folder(backbone, tmp_path):
    extraction = Extraction.of(backbone)
    with open_workspace(tmp_path):
        for shard in (None, Shard(1, 2)):
            with pytest.raises(LockedError, match="in use by process"):
                extract_videos({}, tmp_path, backbone, extraction, shard=shard)
    extract_videos({}, tmp_path, backbone, extraction)
    assert not contents(tmp_path)
