"""The size of features, for heads that select by it."""

import logging

import numpy as np

_logger = logging.getLogger(__name__)

# An independent reproduction measured about 22 on the published I3D features, ten crops of
# 2048, and about 2.5 on another set of the same name, on which both heads failed silently.
PUBLISHED_NORM = 22
_RATIO = 2


def warn_of_other_norms(title, data, crop):
    """Warns if features are not of the size that a magnitude head was tuned for.

    Args:
        title: str. The system.
        data: `ExperimentData`.
        crop: int. The crop that it learns from.

    Returns:
        float, the mean L2 norm of the features of the training videos' segments.
    """
    rows = data.rows(data.training, crop)
    features = data.store.features
    norm = float(np.mean([np.linalg.norm(features[row], axis=-1).mean() for row in rows]))
    low, high = PUBLISHED_NORM / _RATIO, PUBLISHED_NORM * _RATIO
    if not low <= norm <= high:
        _logger.warning(
            "%s selects segments by the magnitude of their features and was tuned for a "
            "mean L2 norm of about %d (%d to %d). These have %.3g: expect less of it.",
            title,
            PUBLISHED_NORM,
            low,
            high,
            norm,
        )
    return norm
