"""Quantises a backbone to int8, calibrated on clips of videos."""

import itertools

import numpy as np

from keras_wsad import __version__
from keras_wsad.backbones.open_backbone import open_backbone
from keras_wsad.backbones.openvino_network import OpenVINONetwork
from keras_wsad.backbones.quantized import relative_error
from keras_wsad.backbones.quantized import write_quantized
from keras_wsad.backbones.registry import find_backbone
from keras_wsad.errors import VideoError
from keras_wsad.extras import import_extra
from keras_wsad.video import read_clips

_COMPARED = 16


def quantize_backbone(videos, out, name, weights=None, num_clips=64):
    """Quantises a backbone and writes it, with the error of its features.

    Args:
        videos: dict from name to path. Training videos, which calibrate the ranges of maps,
            so that test videos stay unseen.
        out: str or path. A folder whose name ends in `.openvino`.
        name: str. A key of `keras_wsad.backbones.BACKBONES`.
        weights: str or path, or `None`, see `open_backbone`. Defaults to `None`.
        num_clips: int. Clips for calibration, spread over the videos. Defaults to `64`.

    Returns:
        A dict, the content of the folder's `about.json`.

    Raises:
        VideoError: a video does not decode, or there is a single clip.
        MissingExtraError: OpenVINO or NNCF is not installed.
    """
    import_extra("nncf", "openvino")
    backbone = open_backbone(name, weights)
    wanted = num_clips + _COMPARED
    paths = [videos[key] for key in sorted(videos)]
    paths = [paths[place] for place in _spread(len(paths), wanted)]
    clips = list(_first_clips(paths, backbone, wanted))
    if len(clips) < 2:
        raise VideoError(
            f"{paths[0]}: expected videos of at least 2 clips of {backbone.clip_length} "
            f"frames, one to calibrate by and one to compare. Found {len(clips)}"
        )
    # Videos may have few clips: a fifth is always kept for the comparison.
    chosen = _spread(len(clips), max(min(_COMPARED, len(clips) // 5), 1))
    compared = np.concatenate([clips[place][1] for place in chosen])
    others = [clip for place, clip in enumerate(clips) if place not in chosen]
    others = [others[place] for place in _spread(len(others), num_clips)]
    calibration = [clip for _, clip in others]
    network = OpenVINONetwork.convert(
        backbone.model, find_backbone(name), "int8", calibration
    )
    features = np.concatenate([network(clip[None]) for clip in compared])
    about = {
        "backbone": name,
        "weights": backbone.weights,
        "videos": len({path for path, _ in others}),
        "clips": len(calibration),
        "clips_compared": len(compared),
        "relative_error": relative_error(features, backbone(compared)),
        "version": __version__,
    }
    write_quantized(network, out, about)
    return about


def _first_clips(paths, backbone, wanted):
    """Yields about equally many clips of each video, with its path.

    A clip is an array of shape `(1, frames, height, width, 3)`.
    """
    each = -(-wanted // len(paths))
    for path in paths:
        clips = read_clips(
            path,
            length=backbone.clip_length,
            stride=backbone.clip_length,
            size=backbone.size,
        )
        for _, clip in itertools.islice(clips, each):
            yield path, clip


def _spread(number, chosen):
    """Returns `chosen` evenly spread indices below `number`, or all if there are fewer."""
    return np.unique(np.linspace(0, number - 1, min(number, chosen)).round().astype(int))
