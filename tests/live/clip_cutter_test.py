import dataclasses

import numpy as np
import pytest

from keras_wsad.live.clip_cutter import ClipCutter
from keras_wsad.live.stream import Stream
from keras_wsad.video import ClipReader


@pytest.mark.parametrize("stride", [8, 16, 24])
def test_clips_are_those_of_the_video(video, compact_run, stride):
    extraction = compact_run.load_extraction()
    extraction = dataclasses.replace(extraction, stride=stride, num_segments=None)
    cutter, clips = ClipCutter(extraction, 5), []
    for number, (source, seconds, frame) in enumerate(Stream(video)):
        clip = cutter.add(source, seconds, frame, time=number, arrived=2 * number)
        if clip:
            clips.append(clip)
    expected = list(ClipReader(video, 16, stride, None, 5, extraction.size))
    assert len(clips) == len(expected) == (90 - 16) // stride + 1
    for clip, (start, _, pixels) in zip(clips, expected, strict=True):
        for crop in (0, 4):
            cut = np.stack([frame.cut(crop) for frame in clip.frames])
            np.testing.assert_array_equal(cut, pixels[crop])
        assert (clip.time, clip.arrived) == (start + 15, 2 * (start + 15))
        assert clip.start == pytest.approx(start / 30)
        assert clip.end == pytest.approx((start + 16) / 30)
        assert clip.new_frames == stride


def test_no_clip_lies_in_two_videos(video, compact_run):
    cutter = ClipCutter(compact_run.load_extraction(), 1)
    frames = list(Stream(video))[:20]
    clips = [
        cutter.add(name, seconds, frame, time=0.0, arrived=0.0)
        for name in ("one", "two")
        for _, seconds, frame in frames
    ]
    found = [(number, clip.source) for number, clip in enumerate(clips) if clip]
    assert found == [(15, "one"), (35, "two")]
