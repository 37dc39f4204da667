"""Mean average precision of events found and named, by overlap in time (mAP@IoU)."""

import numpy as np

IOU_THRESHOLDS = (0.1, 0.2, 0.3, 0.4, 0.5)
_LEVELS = np.arange(1, 10) / 10


def temporal_map(proposals, events, iou):
    """Mean average precision over the classes at one overlap.

    Per class, proposals of all videos are ranked by confidence; one is right if it
    overlaps an event of that class in its video by at least `iou` and no better-ranked one
    has taken that event. The average precision is the mean over all events of the
    precision at the rank where each is found, zero if never. Classes without an event do
    not count.

    Args:
        proposals: dict from class to a list of `(confidence, video, start, end)`.
        events: dict from class to a list of `(video, start, end)`.
        iou: float. Least overlap, intersection over union.

    Returns:
        float, from 0 to 1; NaN without any event.

    Example:

    >>> temporal_map({0: [(0.9, "a", 0, 10)]}, {0: [("a", 0, 8), ("b", 0, 8)]}, iou=0.5)
    0.5
    """
    precisions = [
        _average_precision(proposals.get(label, []), truths, iou)
        for label, truths in events.items()
        if truths
    ]
    return float(np.mean(precisions)) if precisions else np.nan


def propose(segment_scores, boundaries):
    """Proposes events in a video: runs of segments above a level, at nine levels.

    The levels are tenths of the way from the video's lowest to its highest score. Of runs
    that overlap by more than half, the one with the highest mean score stays.

    Args:
        segment_scores: float array of shape `(segments,)`.
        boundaries: int array of shape `(segments + 1,)`, in frames.

    Returns:
        A list of `(mean score, start frame, end frame)`, the highest first.

    Example:

    >>> import numpy as np
    >>> propose(np.array([0.0, 1.0, 1.0, 0.0]), np.array([0, 10, 20, 30, 40]))
    [(1.0, 10, 30)]
    """
    low, high = segment_scores.min(), segment_scores.max()
    runs = set()
    for level in low + (high - low) * _LEVELS:
        above = np.concatenate([[False], segment_scores >= level, [False]])
        edges = np.flatnonzero(above[1:] != above[:-1])
        runs.update(zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True))
    scored = [
        (float(segment_scores[i:j].mean()), int(boundaries[i]), int(boundaries[j]))
        for i, j in sorted(runs)
    ]
    kept = []
    for proposal in sorted(scored, key=lambda item: -item[0]):
        _, start, end = proposal
        if end > start and all(_iou(start, end, *other[1:]) <= 0.5 for other in kept):
            kept.append(proposal)
    return kept


def _average_precision(proposals, truths, iou):
    taken, found, total, of_videos = set(), 0, 0.0, {}
    for index, (video, start, end) in enumerate(truths):
        of_videos.setdefault(video, []).append((index, start, end))
    ranked = sorted(proposals, key=lambda proposal: -proposal[0])
    for rank, (_, video, start, end) in enumerate(ranked, start=1):
        overlaps = [
            (_iou(start, end, *event), index)
            for index, *event in of_videos.get(video, ())
            if index not in taken
        ]
        best, index = max(overlaps, default=(0.0, None))
        if index is not None and best >= iou:
            taken.add(index)
            found += 1
            total += found / rank
    return total / len(truths)


def _iou(start, end, other_start, other_end):
    overlap = max(0, min(end, other_end) - max(start, other_start))
    return overlap / (end - start + other_end - other_start - overlap)
