"""Features of ten crops of a video by the backbone `compact`, from its file.

The peer decodes the video for each crop anew, as when decoding and cropping are separate
programs.
"""

import pathlib
import tempfile

import numpy as np

TITLE = "Extraction of ten crops"
SIZES = {
    "full": {"num_frames": 640, "size": [320, 240]},
    "quick": {"num_frames": 128, "size": [320, 240]},
}


def flops(**size):
    """Returns `None`: most of the time is not in matrix products."""


def each_crop_alone(num_frames, size):
    """Decodes the video for each crop anew."""
    backbone, _, path = _open(num_frames, size, crops=10)
    from keras_wsad.video import decode_frames
    from keras_wsad.video.crops import short_side_of
    from keras_wsad.video.frame_crops import FrameCrops

    def features_of(crop):
        frames = [
            FrameCrops(frame, backbone.size, 10).cut(crop)
            for frame in decode_frames(path, short_side_of(backbone.size))
        ]
        clips = np.stack(frames).reshape(-1, backbone.clip_length, *frames[0].shape)
        return backbone(clips)

    return lambda: _some(np.stack([features_of(crop) for crop in range(10)]))


def ours(crops):
    """Returns a set-up of `keras-wsad extract` on one video."""

    def set_up(num_frames, size):
        backbone, extraction, path = _open(num_frames, size, crops)
        from keras_wsad.features import extract_clips

        def work():
            return _some(extract_clips(path, backbone, extraction).features)

        return work

    return set_up


CONTENDERS = {"each crop decoded anew": each_crop_alone, "keras_wsad": ours(crops=10)}


def _open(num_frames, size, crops):
    from benchmarks.made_up_video import make_video
    from keras_wsad.backbones import open_backbone
    from keras_wsad.features.extraction import Extraction

    backbone = open_backbone("compact")
    path = make_video(pathlib.Path(tempfile.mkdtemp(), "v.mp4"), num_frames, size)
    return backbone, Extraction.of(backbone, crops=crops, num_segments=None), path


def _some(features):
    """Returns one number for each clip of each crop."""
    return features[..., 0]
