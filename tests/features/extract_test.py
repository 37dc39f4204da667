import dataclasses
import itertools
import threading

import numpy as np
import pytest

from keras_wsad.backbones import BACKBONES
from keras_wsad.backbones import OpenBackbone
from keras_wsad.backbones import open_backbone
from keras_wsad.backbones.open_backbone import weights_identity
from keras_wsad.errors import ConfigError
from keras_wsad.errors import DataError
from keras_wsad.errors import VideoError
from keras_wsad.features.extract import extract_clips
from keras_wsad.features.extraction import Extraction
from keras_wsad.features.extraction import differences
from keras_wsad.video import ClipReader
from keras_wsad.video import clip_starts
from keras_wsad.video import decode_frames
from keras_wsad.video import probe_video
from keras_wsad.video import read_clips
from keras_wsad.video import scale_pixels
from keras_wsad.video.decode import DecodedFrames
from tests.needs_bfloat16 import needs_bfloat16
from tests.video.make_video import make_video


@pytest.mark.parametrize(
    ("crops", "num_segments"), [(1, None), (5, None), (10, 4), (1, 12)]
)
def test_features_are_those_of_each_clip_alone(tmp_path, backbone, crops, num_segments):
    path = make_video(tmp_path / "v.mp4", num_frames=75)
    extraction = Extraction.of(backbone, stride=13, crops=crops, num_segments=num_segments)
    video = extract_clips(path, backbone, extraction)
    options = {"length": 16, "stride": 13, "num_segments": num_segments}
    clips = list(read_clips(path, **options, crops=crops, size=backbone.size))
    assert video.starts.tolist() == [start for start, _ in clips]
    assert video.starts.tolist() == clip_starts(75, **options).tolist()
    assert (video.num_frames, video.fps, video.damage) == (75, 30.0, None)
    alone = np.stack([backbone(clip) for _, clip in clips], axis=1)
    assert video.features.shape == (crops, len(clips), backbone.feature_dim)
    # In another batch the sums of a clip may have another order.
    np.testing.assert_allclose(video.features, alone, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("crops", [1, 10])
def test_a_video_is_decoded_once_for_all_crops(tmp_path, backbone, monkeypatch, crops):
    path = make_video(tmp_path / "v.mp4", num_frames=64)
    made, to_rgb = [], DecodedFrames.to_rgb
    passes, frames_of = [], DecodedFrames.__iter__

    def counting_rgb(self, *arguments):
        made.append(1)
        return to_rgb(self, *arguments)

    def counting_passes(self):
        passes.append(1)
        return frames_of(self)

    monkeypatch.setattr(DecodedFrames, "to_rgb", counting_rgb)
    monkeypatch.setattr(DecodedFrames, "__iter__", counting_passes)
    extraction = Extraction.of(backbone, crops=crops, num_segments=None)
    features = extract_clips(path, backbone, extraction).features
    assert features.shape == (crops, 4, backbone.feature_dim)
    assert (len(passes), len(made)) == (1, 64)


def test_whatever_ends_the_extraction_the_reading_ends(tmp_path, backbone, monkeypatch):
    path = make_video(tmp_path / "v.mp4", num_frames=1000)
    readers = []

    class KeptReader(ClipReader):
        def __init__(self, *arguments, **options):
            super().__init__(*arguments, **options)
            readers.append(self)

    monkeypatch.setattr("keras_wsad.features.extract.ClipReader", KeptReader)
    before = threading.active_count()

    def enough(planned):
        raise KeyboardInterrupt

    network = OpenBackbone("compact", backbone.model, backbone.weights, batch_size=2)
    with pytest.raises(KeyboardInterrupt):
        extract_clips(path, network, Extraction.of(network), enough)
    assert threading.active_count() == before
    assert readers[0].num_frames < 1000


def test_an_error_in_the_network_is_raised(tmp_path, backbone):
    path = make_video(tmp_path / "v.mp4", num_frames=600)
    network = OpenBackbone("compact", backbone.model, backbone.weights, batch_size=2)
    extraction = Extraction.of(network)
    # The third batch is one too many.
    calls = itertools.count()

    class Failing:
        def __getattr__(self, name):
            return getattr(network, name)

        def __call__(self, clips):
            if next(calls) == 2:
                raise MemoryError("no room")
            return network(clips)

    before = threading.active_count()
    with pytest.raises(MemoryError, match="no room"):
        extract_clips(path, Failing(), extraction)
    assert threading.active_count() == before


def test_pixels_are_scaled_as_the_network_takes_them(backbone, random):
    clips = random.integers(0, 256, (3, 16, 32, 32, 3), np.uint8)
    expected = backbone.model.predict_on_batch(scale_pixels(clips))
    np.testing.assert_allclose(backbone(clips), expected, rtol=1e-3, atol=1e-5)


@pytest.mark.large
@pytest.mark.parametrize(
    ("precision", "bound"),
    [("float32", 1e-5), pytest.param("bfloat16", 0.03, marks=needs_bfloat16)],
)
@pytest.mark.parametrize("name", ["compact", "c3d"])
def test_features_do_not_depend_on_the_batch_but_for_rounding(
    name, precision, bound, random
):
    entry = BACKBONES[name]
    frames = 16
    model = entry.build(weights=None, clip_shape=(frames, 32, 32, 3), width=0.125)
    clips = random.integers(0, 256, (7, frames, 32, 32, 3), np.uint8)
    one, two, many = (
        OpenBackbone(name, model, "test", size, precision)(clips) for size in (1, 2, 5)
    )
    # The same clips in the same batches are the same to the bit on every processor.
    np.testing.assert_array_equal(one, two)
    # Batches of another size are summed in another order.
    assert np.abs(one - many).max() < bound * np.abs(one).max()


@pytest.mark.large
def test_a_backbone_is_known_by_its_weights(open_once, tmp_path):
    backbone = open_once("compact", "random")
    assert backbone.weights == "random:0"
    path = tmp_path / "any.weights.h5"
    backbone.model.save_weights(path)
    read = open_backbone("compact", path)
    # The same weights under another name are the same weights.
    other = tmp_path / "[other].weights.h5"
    other.write_bytes(path.read_bytes())
    assert weights_identity(other) == read.weights
    assert read.weights.startswith("sha256:") and len(read.weights) == 7 + 64
    clips = np.full((1, 16, 80, 80, 3), 90, np.uint8)
    np.testing.assert_array_equal(read(clips), backbone(clips))
    with pytest.raises(ConfigError, match="Expected a backbone of i3d, c3d"):
        open_backbone("resnet")


@pytest.mark.parametrize("num_segments", [None, 30])
def test_a_video_with_fewer_frames_than_promised_has_the_clips_of_those(
    tmp_path, backbone, monkeypatch, num_segments
):
    path = make_video(tmp_path / "v.mp4", num_frames=60)
    extraction = Extraction.of(backbone, num_segments=num_segments)
    whole = extract_clips(path, backbone, extraction)
    for promised in (75, 40, 900):
        info = dataclasses.replace(probe_video(path), num_frames=promised)
        monkeypatch.setattr("keras_wsad.video.clips.probe_video", lambda _, i=info: i)
        video = extract_clips(path, backbone, extraction)
        np.testing.assert_array_equal(video.starts, whole.starts)
        np.testing.assert_array_equal(video.features, whole.features)


@pytest.mark.filterwarnings("ignore::keras_wsad.video.DamagedVideoWarning")
def test_a_cut_video_gives_what_decodes_and_says_so(tmp_path, backbone):
    path = make_video(tmp_path / "v.mkv", 300, codec="mpeg4")
    path.write_bytes(path.read_bytes()[: path.stat().st_size * 3 // 5])
    video = extract_clips(path, backbone, Extraction.of(backbone))
    decoded = sum(1 for _ in decode_frames(path))
    assert 16 < video.num_frames == decoded < 300
    assert f"{decoded} frames decode" in video.damage
    np.testing.assert_array_equal(
        video.starts, clip_starts(decoded, 16, 16, num_segments=32)
    )
    path.write_bytes(b"no video")
    with pytest.raises(VideoError, match="expected a video"):
        extract_clips(path, backbone, Extraction.of(backbone))


def test_a_video_shorter_than_a_clip_has_the_same_features_in_every_segment(
    tmp_path, backbone
):
    path = make_video(tmp_path / "v.mp4", num_frames=5)
    video = extract_clips(path, backbone, Extraction.of(backbone, num_segments=4))
    assert video.num_frames == 5 and video.starts.tolist() == [0] * 4
    assert (video.features == video.features[:, :1]).all()


def test_real_videos_are_read_to_their_end(real_data, backbone):
    path = real_data / "ucf_crime" / "videos" / "Normal_Videos_006_x264.mp4"
    video = extract_clips(path, backbone, Extraction.of(backbone, num_segments=None))
    assert video.num_frames == 450
    assert video.features.shape == (1, 28, backbone.feature_dim)


def test_extractions_tell_in_what_they_differ(backbone):
    one = Extraction.of(backbone)
    other = dataclasses.replace(one, stride=64, num_segments=None)
    assert differences(other, one) == ["stride 64 (was 16)", "num_segments None (was 32)"]
    assert not differences(one, Extraction.of(backbone))
    assert Extraction.from_dict(other.to_dict()) == other
    with pytest.raises(DataError, match=r"x\.json: .*Found no crops, unknown crop"):
        content = other.to_dict()
        content["crop"] = content.pop("crops")
        Extraction.from_dict(content, "x.json")
    with pytest.raises(DataError, match=r"x\.json: Expected stride to be of type"):
        Extraction.from_dict({**other.to_dict(), "stride": "64"}, "x.json")
    with pytest.raises(ConfigError, match="Expected crops in"):
        dataclasses.replace(one, crops=3)
    with pytest.raises(ConfigError, match="of this backbone"):
        extract_clips("v.mp4", backbone, dataclasses.replace(one, weights="random:1"))
