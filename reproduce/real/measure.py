import numpy as np

from keras_wsad.alignment import frames_per_segment
from keras_wsad.metrics.bootstrap import resample_videos
from keras_wsad.metrics.bootstrap import weighted_auc
from reproduce.tables.resampling import draw_seeds

METRICS = ("video AUC", "frame AUC", "frame AUC within anomalous videos")


def measure(scored):
    """Measures systems on real videos, and the position in the video beside them.

    Args:
        scored: `ScoredSet`.

    Returns:
        A list of `(row, metric, value, deviation, low, high, *of_runs)`, from 0 to 1: mean
        and standard deviation over the runs, a 95 % bootstrap interval over runs and
        videos, NaN where there is none, and the value of each run. Of two systems there is
        the difference, run by run. What is not defined, such as an AUC without normal
        videos, is left out.
    """
    from keras_wsad.baselines.position_prior import position_curve

    videos, systems = scored.videos, scored.systems
    anomalous = np.array([video.is_anomalous for video in videos])
    # Not within each class, as elsewhere: most have one video.
    weights = np.vstack([np.ones(len(videos), int), resample_videos(anomalous)])
    shape = next(iter(systems.values()))[0]["segment_scores"].shape
    # One curve for all videos says nothing of a video.
    curve = np.tile(position_curve(shape[1]), (shape[0], 1))
    of_curve = _areas(scored, curve, weights)
    rows = {"position in the video": {m: of_curve[m][None] for m in METRICS[1:]}}
    numbers = []
    for system, runs in systems.items():
        areas = [_areas(scored, r["segment_scores"], weights) for r in runs]
        rows[system] = {metric: np.stack([a[metric] for a in areas]) for metric in METRICS}
    for row, of_row in rows.items():
        numbers += [(row, metric, *_summary(of_row[metric])) for metric in of_row]
        labels = np.array([video.label for video in videos])
        for which, chosen in (("anomalous", anomalous), ("normal", ~anomalous)):
            if row in systems and chosen.any():
                named = [r["class_probabilities"].argmax(axis=1) for r in systems[row]]
                right = np.array([(n == labels)[chosen].mean() for n in named])
                metric = f"{which} videos named right, of {chosen.sum()}"
                numbers.append((row, metric, *_summary(right[:, None])))
    if len(systems) == 2:
        (first, ours), (second, theirs) = ((name, rows[name]) for name in systems)
        numbers += [
            (f"{second} - {first}", metric, *_summary(theirs[metric] - ours[metric]))
            for metric in METRICS
        ]
    return [number for number in numbers if not np.isnan(number[2])]


def _areas(scored, segment_scores, weights):
    """Returns each metric by each line of weights, NaN where it is not defined."""
    videos, is_located = scored.videos, scored.is_located
    anomalous = np.array([video.is_anomalous for video in videos])
    highest = segment_scores.max(axis=1, keepdims=True)
    areas = [weighted_auc(anomalous[:, None], ~anomalous[:, None], highest, weights)]
    for chosen in (is_located, is_located & anomalous):
        of_chosen = [video for video, is_in in zip(videos, chosen, strict=True) if is_in]
        counts = frames_per_segment(of_chosen, segment_scores.shape[1], "aligned")
        areas.append(
            weighted_auc(*counts, segment_scores[chosen], weights[:, chosen])
            if of_chosen
            else np.full(len(weights), np.nan)
        )
    return dict(zip(METRICS, areas, strict=True))


def _summary(of_runs):
    """`(value, deviation, low, high, *of_runs)` of an array `(runs, 1 + draws)`."""
    values, draws = of_runs[:, 0], of_runs[:, 1:].T
    deviation = values.std(ddof=1) if len(values) > 1 else np.nan
    drawn = np.sum(draws * draw_seeds(len(values), len(draws)), axis=1)
    drawn = drawn[~np.isnan(drawn)]
    low, high = np.percentile(drawn, [2.5, 97.5]) if len(drawn) else (np.nan, np.nan)
    return values.mean(), deviation, low, high, *values
