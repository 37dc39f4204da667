import types

import numpy as np
import pytest

from keras_wsad.errors import VideoError
from keras_wsad.features import calibration
from keras_wsad.features.calibration import quantize_backbone


class Backbone:
    clip_length, size, model, weights = 4, 2, None, "sha256:0"

    def __call__(self, clips):
        return clips


@pytest.fixture
def used(monkeypatch):
    """The calibration clips, of videos whose clips hold their own number."""
    used = {}

    def network(clip):
        used.setdefault("compared", []).append(int(clip.flat[0]))
        return clip

    def convert(model, entry, precision, clips):
        used["calibration"] = [int(clip.flat[0]) for clip in clips]
        return network

    def read_clips(path, **_):
        number, _, clips = path.partition("x")
        for place in range(int(clips or 1)):
            yield place, np.full((1, 4, 2, 2, 3), int(number), np.uint8)

    replace = {
        "import_extra": lambda *_: None,
        "open_backbone": lambda *_: Backbone(),
        "OpenVINONetwork": types.SimpleNamespace(convert=convert),
        "read_clips": read_clips,
        "write_quantized": lambda network, out, about: used.update(about=about),
    }
    for name, stand_in in replace.items():
        monkeypatch.setattr(calibration, name, stand_in)
    return used


@pytest.mark.parametrize("number", [41, 60, 79, 200])
def test_calibration_is_spread_over_all_videos(used, number):
    videos = {f"{place:03}": str(place) for place in range(number)}
    about = quantize_backbone(videos, "out.openvino", "compact")
    numbers = sorted(used["calibration"])
    assert min(numbers) <= 0.1 * number and max(numbers) >= 0.9 * number
    assert np.diff(numbers).max() <= 0.1 * number
    assert about["videos"] == len(set(numbers)) and about["clips"] == len(numbers) <= 64
    assert not set(used["compared"]) & set(numbers)


def test_a_single_clip_is_too_few(used):
    with pytest.raises(VideoError, match=r"at least 2 clips of 4 frames.*Found 1"):
        quantize_backbone({"a": "1"}, "out.openvino", "compact")
    assert not used


def test_two_clips_are_one_each(used):
    about = quantize_backbone({"a": "1x2"}, "out.openvino", "compact")
    assert (about["clips"], about["clips_compared"], about["videos"]) == (1, 1, 1)
