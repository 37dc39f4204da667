"""The backbone that a model's features were made with, opened again for new videos."""

import dataclasses

from keras_wsad.backbones import open_backbone
from keras_wsad.backbones.quantized import is_quantized
from keras_wsad.backbones.registry import find_backbone
from keras_wsad.errors import RunError
from keras_wsad.errors import WeightsError


def open_backbone_of(extraction, weights=None, precision=None, runtime=None):
    """Opens the backbone of an extraction, with the very weights that it was made with.

    Args:
        extraction: `Extraction`.
        weights: str or path, or `None`. A file of weights, or a folder in int8 that was
            quantised from the weights of the extraction. Defaults to `None`, for random
            ones of the same seed, or those that come with the backbone.
        precision: str or `None`. `"float32"` or `"bfloat16"`. Defaults to `None`, for that
            of the extraction, and int8 for weights in int8.
        runtime: str or `None`, see `open_backbone`. Defaults to `None`.

    Returns:
        An `OpenBackbone`.

    Raises:
        RunError: the weights must be named and are not.
        WeightsError: they cannot be read, or are others than those of the extraction.
        ConfigError: precision or runtime does not go with the weights.
    """
    entry = find_backbone(extraction.backbone)
    kind, _, value = extraction.weights.partition(":")
    come_along = entry.default_weights is not None and extraction.precision != "int8"
    if weights is None and kind != "random" and not come_along:
        published = f"published by {entry.published}"
        if extraction.precision == "int8":
            published = "written by `keras-wsad quantize`"
        raise RunError(
            f"The features were made with weights of {extraction.backbone} that do not "
            f"come with this project ({published}): name the file with --weights. "
            f"Expected {extraction.weights}"
        )
    if precision is None and not is_quantized(weights):
        # Weights of int8 that are not are refused below, as others.
        known = extraction.precision
        precision = "float32" if known == "int8" else known
    settings = {"precision": precision, "runtime": runtime}
    if kind == "random":
        weights, settings["seed"] = weights or "random", int(value)
    backbone = open_backbone(extraction.backbone, weights, **settings)
    if extraction.weights not in (backbone.weights, backbone.quantized_from):
        raise WeightsError(
            f"{weights or extraction.backbone}: expected the weights that the features "
            f"were made with, {extraction.weights}. Found {backbone.weights}"
        )
    return backbone


def extraction_by(backbone, extraction, crops):
    """Returns how a video's features are made as those of the training, by a backbone.

    Args:
        backbone: `OpenBackbone`, as `open_backbone_of` returned it.
        extraction: `Extraction` of the training.
        crops: int. How many are wanted.
    """
    changes = {"crops": crops, "precision": backbone.precision}
    if backbone.quantized_from == extraction.weights:
        changes["weights"] = backbone.weights
    return dataclasses.replace(extraction, runtime=backbone.runtime, **changes)
