"""Scores and thresholds as text."""

import math


def score_text(score):
    """Writes a score, a probability or a threshold with as many digits as it needs.

    Two decimals, and more near 0 and near 1, so that only 0 reads as 0 and only 1 as 1.

    Args:
        score: float.

    Example:

    >>> [score_text(score) for score in (0, 2.1e-6, 0.0123, 0.5, 0.93, 0.99996, 1)]
    ['0.00', '2.1e-06', '0.012', '0.50', '0.93', '0.99996', '1.00']
    """
    score = float(score)
    if not 0 < score < 1:
        return f"{score:.2f}"
    if score < 1e-4:
        return f"{score:.1e}"
    # Two digits of the distance to 0, one of the distance to 1.
    above, below = math.floor(math.log10(score)), math.floor(math.log10(1 - score))
    return f"{score:.{max(2, 1 - above, -below)}f}"
