import av
import numpy as np
import pytest

from keras_wsad.errors import VideoError
from keras_wsad.serve.playable import make_playable
from keras_wsad.video import decode_frames
from keras_wsad.video import probe_video
from tests.video.make_video import cut_video
from tests.video.make_video import level
from tests.video.make_video import make_video
from tests.video.make_video import write_wide


@pytest.mark.parametrize(
    ("name", "options", "kind"),
    [
        ("a.mp4", {}, "as it is"),
        ("a.mkv", {}, "copied"),
        ("a.avi", {"codec": "mpeg4"}, "encoded"),
        ("a.mp4", {"pixels": "yuv444p"}, "encoded"),
        ("a.mp4", {"codec": "mpeg4", "size": (52, 38)}, "encoded"),
    ],
)
def test_what_is_played_has_the_frames_at_their_times(tmp_path, name, options, kind):
    path = make_video(tmp_path / name, num_frames=40, fps=25, **options)
    proxy = tmp_path / "proxy.mp4"
    played, stamps = make_playable(path, proxy, 40)
    assert played == (path if kind == "as it is" else proxy)
    assert stamps == pytest.approx(np.arange(40) / 25, abs=2e-3)
    with av.open(str(played)) as container:
        stream = container.streams.video[0]
        assert (stream.codec_context.name, stream.codec_context.pix_fmt) == (
            "h264",
            "yuv420p",
        )
        frames = list(container.decode(stream))
    assert [frame.time for frame in frames] == pytest.approx(stamps.tolist(), abs=1e-3)
    levels = [level(frame.to_ndarray(format="rgb24")) for frame in frames]
    # Of a frame or two later the level would be another.
    expected = [level(frame) for frame in decode_frames(path, short_side=None)]
    assert levels == pytest.approx(expected, abs=2)
    if kind == "encoded":
        assert [i for i, frame in enumerate(frames) if frame.key_frame] == [0, 15, 30]


def test_a_varying_rate_is_kept(tmp_path):
    """Frame times come from the stamps: a mean rate would be off by up to a second."""
    path, times = tmp_path / "a.mkv", [0, 40, 80, 1080, 1120, 3000]
    with av.open(str(path), "w") as container:
        stream = container.add_stream("mpeg4", rate=25)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        for time in times:
            frame = av.VideoFrame.from_ndarray(np.zeros((48, 64, 3), np.uint8))
            frame = frame.reformat(format="yuv420p")
            frame.pts = time // 40
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    _, stamps = make_playable(path, tmp_path / "proxy.mp4", len(times))
    assert stamps == pytest.approx([time / 1000 for time in times], abs=2e-3)


def test_frames_that_do_not_decode_have_no_stamp(tmp_path):
    """A video that ends early plays the frames that the prediction has seen."""
    whole = make_video(tmp_path / "whole.mp4", num_frames=90)
    path = cut_video(tmp_path / "cut.mp4", whole)
    assert probe_video(path).num_frames != 70
    played, stamps = make_playable(path, tmp_path / "proxy.mp4", 70)
    with av.open(str(played)) as container:
        assert len(list(container.decode(video=0))) == len(stamps)


def test_what_cannot_be_encoded_is_an_error_and_leaves_nothing(tmp_path):
    write_wide(tmp_path / "wide.y4m")
    with pytest.raises(VideoError, match="wide"):
        make_playable(tmp_path / "wide.y4m", tmp_path / "proxy.mp4", 1)
    assert [path.name for path in tmp_path.iterdir()] == ["wide.y4m"]
