"""The model card of an exported model, for programs and for people."""

import dataclasses
import importlib.metadata
import pathlib

from keras_wsad import __version__
from keras_wsad.data.annotations import CLASS_NAMES
from keras_wsad.data.annotations import NORMAL
from keras_wsad.files import read_json
from keras_wsad.metrics.alarms import ALARM_THRESHOLD

_RULE = (
    "A score above it is an alarm. Calibrated, the highest score of a video is the chance "
    "that it is anomalous where half of the videos are; where fewer are, raise it."
)
_RULE_UNCALIBRATED = "A score above it is an alarm. The scores are not calibrated."
_PACKAGES = {
    "savedmodel": (),
    "onnx": ("onnx", "onnxruntime", "tf2onnx"),
    "openvino": ("onnx", "openvino", "tf2onnx"),
    "litert": ("ai-edge-litert",),
}


def describe_export(opened, kind, differences, files):
    """Describes an exported model for its users and for `load`.

    Args:
        opened: `OpenRun`, what was exported.
        kind: str. The format, a key of `graphs.ENDINGS`.
        differences: dict of the largest differences from Keras.
        files: dict from the name of a file to its SHA-256.

    Returns:
        A dict for JSON: the `ModelCard` and where it all came from.
    """
    run, config, card = opened.run, opened.config, opened.card
    environment = read_json(run.environment) if run.environment.is_file() else {}
    metrics = read_json(run.metrics) if run.metrics.is_file() else {}
    report = run.data_report
    packages = ("keras", "tensorflow", "numpy", *_PACKAGES[kind])
    calibrated = card.calibration.videos > 0
    return {
        **dataclasses.asdict(card),
        "normal_class": CLASS_NAMES[NORMAL],
        "system": config.system,
        "format": kind,
        "preprocessing": {
            "pixels": "scaled within the backbone; it takes uint8 RGB",
            "normalized_features": "each clip scaled to unit L2 norm before pooling",
            "pooling": f"{card.reduce} over the clips of a segment, {card.alignment}",
            "standardized": "within the head" if opened.standardization else "no",
        },
        "threshold": {
            "value": ALARM_THRESHOLD,
            "rule": _RULE if calibrated else _RULE_UNCALIBRATED,
        },
        "training_data": {
            "data": pathlib.Path(config.data).name if config.data else "embedded",
            "summary": report.read_text("utf-8").splitlines()[:2]
            if report.is_file()
            else [],
            "seed": config.seed,
        },
        "metrics": {key: metrics[key] for key in ("detection", "classification")}
        if metrics
        else None,
        "largest_difference": differences,
        "versions": {
            "keras_wsad": __version__,
            "trained_with": environment.get("packages"),
            "commit": environment.get("commit"),
            "exported_with": {name: importlib.metadata.version(name) for name in packages},
        },
        "files": files,
    }


def as_markdown(card):
    """Returns what `describe_export` returned as a page of Markdown."""
    calibration, data = card["calibration"], card["training_data"]
    extraction, metrics = card["extraction"], card["metrics"]
    features = "unknown"
    if extraction:
        features = (
            f"{extraction['backbone']} on clips of {extraction['clip_length']} frames, "
            f"stride {extraction['stride']}, {extraction['size']} x {extraction['size']}"
        )
    measured = "not evaluated"
    if metrics:
        detection = metrics["detection"][card["alignment"]]
        measured = (
            f"frame AUC {100 * float(detection['auc']):.1f} %, mAA "
            f"{100 * float(metrics['classification']['maa']):.1f} % on test videos"
        )
    rows = {
        "classes": ", ".join(card["class_names"]),
        "features": f"{features}; {card['feature_dim']} of a clip",
        "segments": f"{card['num_segments']}, {card['preprocessing']['pooling']}",
        "standardised": card["preprocessing"]["standardized"],
        "threshold": f"{card['threshold']['value']}. {card['threshold']['rule']}",
        "calibration": f"slope {calibration['slope']:.4g}, offset "
        f"{calibration['offset']:.4g}, from {calibration['videos']} held-out videos",
        "checkpoint": card["checkpoint_rule"],
        "training data": " ".join([f"{data['data']}.", *data["summary"]]),
        "metrics": measured,
        "largest difference from Keras": ", ".join(
            f"{name} {value:.1e}" for name, value in card["largest_difference"].items()
        ),
        "versions": f"keras_wsad {card['versions']['keras_wsad']}, "
        + ", ".join(
            f"{name} {version}"
            for name, version in card["versions"]["exported_with"].items()
        ),
    }
    lines = [f"# {card['system']} model, {card['format']}", "", "| | |", "|---|---|"]
    lines += [f"| {name} | {text} |" for name, text in rows.items()]
    lines += ["", "| file | sha256 |", "|---|---|"]
    lines += [f"| {name} | `{digest}` |" for name, digest in card["files"].items()]
    return "\n".join(lines) + "\n"
