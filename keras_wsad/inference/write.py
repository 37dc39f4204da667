"""Writes a prediction into a folder: `prediction.json` and `prediction.png`."""

import json
import pathlib

from keras_wsad.features.formats import is_feature_file
from keras_wsad.files import printable
from keras_wsad.files import write_text
from keras_wsad.inference.key_frames import choose_key_segments
from keras_wsad.inference.key_frames import middle_frames
from keras_wsad.inference.picture import draw_prediction
from keras_wsad.metrics.score_text import score_text
from keras_wsad.video.read_frames import read_frames


def write_prediction(folder, name, prediction, protocol, truth=None):
    """Writes a prediction as JSON and as a picture, each atomically.

    Args:
        folder: path. Created if it does not exist.
        name: str. Name of the video, for the title.
        prediction: `VideoPrediction`.
        protocol: dict, see `Predictor.protocol`.
        truth: `Video` or `None`. The annotation. Defaults to `None`.
    """
    folder = pathlib.Path(folder)
    content = prediction.to_dict()
    annotated = truth and {"class_name": truth.class_name, "events": truth.events}
    content = {"video": content.pop("video"), "about": protocol, **content}
    content["annotated"] = annotated
    # Last, as there are so many of them.
    content["frame_scores"] = content.pop("frame_scores")
    write_text(folder / "prediction.json", _to_json(content))
    draw_prediction(
        folder / "prediction.png",
        prediction,
        title_of(name, prediction, truth),
        describe_protocol(protocol),
        read_key_frames(prediction.video, prediction),
        truth,
    )


def title_of(name, prediction, truth=None):
    """Returns the title of a picture: the video, its prediction and its annotation."""
    probability = max(prediction.class_probabilities)
    state = "ALARM" if prediction.is_anomalous else "no alarm"
    title = f"{name}: {state}; whole video classed {prediction.class_name} "
    title += f"({score_text(probability)})"
    return title if truth is None else f"{title}; annotated {truth.class_name}"


def describe_protocol(protocol):
    """Describes the provenance of a prediction in a sentence.

    Args:
        protocol: dict, see `Predictor.protocol`.
    """
    features, videos = protocol["features"], protocol["calibration"]["videos"]
    made = "of unknown origin"
    if features:
        made = f"of {features['backbone']} ({features['weights'][:15]}), "
        made += f"stride {features['stride']}"
        trained, computed = features["precision"], protocol["precision"]
        if computed not in (None, trained):
            made += f", in {computed} where the model was trained on {trained}"
    crops = protocol["test_crops"]
    scores = f"calibrated on {videos} videos" if videos else "not calibrated"
    return (
        f"Features {made}, {'1 crop' if crops == 1 else f'up to {crops} crops'}, pooling "
        f"{protocol['pooling']}; checkpoint {protocol['checkpoint_rule']}; scores "
        f"{scores}; {printable(protocol['model'])}"
    )


def read_key_frames(path, prediction, short_side=240):
    """Reads the key frames of a video.

    Args:
        path: str or path. The video.
        prediction: `VideoPrediction`.
        short_side: int. Pixels. Defaults to `240`.

    Returns:
        A dict from segment to `(frame number, image)`, empty if there are no pixels.
    """
    if prediction.fps is None or is_feature_file(path):
        return {}
    segments = choose_key_segments(prediction.segment_scores, prediction.boundaries)
    frames = middle_frames(prediction.boundaries, segments)
    images = read_frames(path, frames, short_side)
    return {
        segment: (frame, images[frame])
        for segment, frame in zip(segments, frames, strict=True)
        if frame in images
    }


def _to_json(content):
    """Returns JSON with each list of numbers on one line."""
    lines = []
    for key, value in content.items():
        is_flat = isinstance(value, list) and not any(isinstance(x, dict) for x in value)
        text = json.dumps(
            value, indent=None if is_flat else 2, allow_nan=False, ensure_ascii=False
        )
        lines.append(f"  {json.dumps(key)}: " + text.replace("\n", "\n  "))
    return "{\n" + ",\n".join(lines) + "\n}\n"
