"""Compares what was exported with the model that it was exported from."""

import numpy as np

from keras_wsad.errors import ExportError
from keras_wsad.features import normalize_clips
from keras_wsad.inference.exported import UNCALIBRATED

TOLERANCE = 1e-5

_LARGE = 1e3
# By so much of itself a number in float32 may be rounded.
_EPSILON = 2.0**-24


def check_head(run, reference, card, with_uncalibrated=True):
    """Compares all outputs of a head on made-up videos.

    There are 1, 5 and 60 videos, one with a clip of zeros, and one with a clip of scale
    1000. Outputs may differ by 1e-5. Beyond it,

    - the large clip may change them by as much as changing each of its n features by
      sqrt(n) 2^-24 of itself does: float32 determines a sum of n numbers no further;
    - calibrated scores may differ by as much as one float32 step of the score before
      calibration, which next to 1 is more than 1e-5.

    Args:
        run: function from a dict of `features` and `normalized_features` to a dict of
            outputs: what was exported.
        reference: the same of the model; its scores are not calibrated.
        card: `ModelCard`.
        with_uncalibrated: bool. Whether the scores before calibration are an output too.
            Defaults to `True`.

    Returns:
        float, the largest difference that was found in any output.

    Raises:
        ExportError: names or shapes of outputs differ, or an output differs by more.
    """
    random = np.random.default_rng(0)

    def made_up(videos):
        shape = (videos, card.num_segments, card.feature_dim)
        return random.random(shape, np.float32)

    def outputs(inputs):
        found = reference(inputs)
        scores = found["segment_scores"]
        chances = card.calibration(scores)
        return {**found, UNCALIBRATED: scores, "segment_scores": chances}

    cases = {f"{videos} videos": made_up(videos) for videos in (1, 5, 60)}
    cases["a clip of zeros"] = zeros = made_up(1)
    cases["a clip of scale 1000"] = large = made_up(1)
    middle = card.num_segments // 2
    zeros[:, middle] = 0
    large[:, middle] *= _LARGE
    largest = 0.0
    for name, features in cases.items():
        inputs = _both(features)
        expected = outputs(inputs)
        allowed = dict.fromkeys(expected, TOLERANCE)
        if features is large:
            change = random.choice([-1, 1], features.shape) * _EPSILON
            change *= np.sqrt(card.feature_dim)
            moved = outputs(_both(features * np.float32(1 + change)))
            for key, value in expected.items():
                allowed[key] += np.abs(moved[key] - value).max()
        chances = expected["segment_scores"]
        steps = [np.nextafter(expected[UNCALIBRATED], np.float32(end)) for end in (0, 1)]
        allowed["segment_scores"] += np.max(
            [np.abs(card.calibration(step) - chances) for step in steps], axis=0
        )
        if not with_uncalibrated:
            del expected[UNCALIBRATED]
        largest = max(largest, compare(run(inputs), expected, allowed, name))
    return largest


def check_backbone(run, reference, clip_shape):
    """Compares the features of 1 and 5 made-up clips, a black and a white one.

    They may differ by 1e-5, or by 1e-5 of the largest feature if that is above 1.

    Args:
        run: function from a dict of `pixels` to a dict of `features`.
        reference: function from uint8 clips to features.
        clip_shape: tuple of ints, `(frames, height, width, channels)`.

    Returns:
        float, the largest difference that was found.

    Raises:
        ExportError: see `check_head`.
    """
    random = np.random.default_rng(0)
    cases = {
        f"{clips} clips": random.integers(0, 256, (clips, *clip_shape), np.uint8)
        for clips in (1, 5)
    }
    cases["a black clip"] = np.zeros((1, *clip_shape), np.uint8)
    cases["a white clip"] = np.full((1, *clip_shape), 255, np.uint8)
    largest = 0.0
    for name, pixels in cases.items():
        expected = np.asarray(reference(pixels))
        allowed = {"features": TOLERANCE * max(1.0, np.abs(expected).max())}
        found = run({"pixels": pixels})
        largest = max(largest, compare(found, {"features": expected}, allowed, name))
    return largest


def compare(found, expected, allowed, case):
    """Raises unless all outputs are there and as expected.

    Args:
        found: dict from name to array.
        expected: likewise.
        allowed: dict from name to the difference that is tolerated, a float or an array.
        case: str. Of which inputs, for the error message.

    Returns:
        float, the largest difference.

    Raises:
        ExportError: they are not.
    """
    if set(found) != set(expected):
        raise ExportError(
            f"Expected outputs {', '.join(sorted(expected))}. Found "
            f"{', '.join(sorted(found))}"
        )
    largest = 0.0
    for name, values in expected.items():
        if found[name].shape != values.shape:
            raise ExportError(
                f"Expected {name} of shape {values.shape} for {case}. "
                f"Found {found[name].shape}"
            )
        difference = np.abs(found[name].astype(np.float64) - values)
        # NaN is not at most anything.
        if not (difference <= allowed[name]).all():
            raise ExportError(
                f"Expected {name} of {case} as the model computes it. Found a difference "
                f"of {difference.max():.1e}, more than {np.max(allowed[name]):.1e}"
            )
        largest = max(largest, float(difference.max()))
    return largest


def _both(features):
    return {"features": features, "normalized_features": normalize_clips(features)}
