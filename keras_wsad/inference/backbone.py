"""Opens the backbone that a model's features were extracted with, for new videos."""

import dataclasses

from keras_wsad.errors import RunError
from keras_wsad.errors import WeightsError


def open_backbone_of(
    extraction, weights=None, precision=None, runtime=None, batch_size=None
):
    """Opens the backbone of an extraction with the same weights.

    Args:
        extraction: `Extraction`.
        weights: str or path, or `None`. A weights file, or an int8 folder that was
            quantised from the weights of the extraction. Defaults to `None`, for the
            weights that come with the backbone, or random ones of the same seed.
        precision: str or `None`. `"float32"` or `"bfloat16"`. Defaults to `None`, for that
            of the extraction, or int8 for weights in int8.
        runtime: str or `None`, see `open_backbone`. Defaults to `None`.
        batch_size: int or `None`, see `open_backbone`. Defaults to `None`.

    Returns:
        An `OpenBackbone`.

    Raises:
        RunError: the weights do not come with the backbone and are not given.
        WeightsError: they cannot be read, or are not those of the extraction.
        ConfigError: precision or runtime does not fit the weights.
    """
    from keras_wsad.backbones import open_backbone
    from keras_wsad.backbones.quantized import is_quantized
    from keras_wsad.backbones.registry import find_backbone

    entry = find_backbone(extraction.backbone)
    kind, _, value = extraction.weights.partition(":")
    come_along = entry.default_weights is not None and extraction.precision != "int8"
    if weights is None and kind != "random" and not come_along:
        published = f"published by {entry.published}"
        if extraction.precision == "int8":
            published = "written by `keras-wsad quantize`"
        raise RunError(
            f"The features were made with weights of {extraction.backbone} that do not "
            f"come with this project ({published}); name the file with --weights. "
            f"Expected {extraction.weights}"
        )
    if precision is None and not is_quantized(weights):
        # Float weights in place of int8 ones raise below.
        known = extraction.precision
        precision = "float32" if known == "int8" else known
    settings = {"batch_size": batch_size, "precision": precision, "runtime": runtime}
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
    """Returns the `Extraction` that repeats that of the training with a backbone.

    Args:
        backbone: `OpenBackbone`, as `open_backbone_of` returned it.
        extraction: `Extraction` of the training.
        crops: int. Crops to extract.
    """
    changes = {"crops": crops, "precision": backbone.precision}
    if backbone.quantized_from == extraction.weights:
        changes["weights"] = backbone.weights
    return dataclasses.replace(extraction, runtime=backbone.runtime, **changes)
