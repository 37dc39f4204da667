"""The backbone that a model's features were made with, opened again for new videos."""

from keras_wsad.backbones import open_backbone
from keras_wsad.backbones.registry import find_backbone
from keras_wsad.errors import RunError
from keras_wsad.errors import WeightsError


def open_backbone_of(extraction, weights=None):
    """Opens the backbone of an extraction, with the very weights that it was made with.

    Args:
        extraction: `Extraction`.
        weights: str or path, or `None`. A file of weights. Defaults to `None`, for random
            ones of the same seed, or those that come with the backbone.

    Returns:
        An `OpenBackbone`.

    Raises:
        RunError: the weights must be named and are not.
        WeightsError: they cannot be read, or are others than those of the extraction.
    """
    entry = find_backbone(extraction.backbone)
    kind, _, value = extraction.weights.partition(":")
    if weights is None and kind != "random" and entry.default_weights is None:
        raise RunError(
            f"The features were made with weights of {extraction.backbone} that do not "
            f"come with this project (published by {entry.published}): name the file with "
            f"--weights. Expected {extraction.weights}"
        )
    if kind == "random":
        backbone = open_backbone(extraction.backbone, weights or "random", int(value))
    else:
        backbone = open_backbone(extraction.backbone, weights)
    if backbone.weights != extraction.weights:
        raise WeightsError(
            f"{weights or extraction.backbone}: expected the weights that the features "
            f"were made with, {extraction.weights}. Found {backbone.weights}"
        )
    return backbone
