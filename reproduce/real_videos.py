"""Scores real UCF-Crime videos with models that have seen rendered videos alone.

```
python reproduce/real_videos.py UCF_CRIME/videos --data UCF_CRIME --model runs/NAME
python reproduce/real_videos.py UCF_CRIME/videos --data UCF_CRIME \\
    --model runs/bench/joint-seed[0-4] --model runs/bench/equivariant-watch*-seed[0-4]
python reproduce/real_videos.py --help
```
"""

import argparse
import csv
import dataclasses
import io
import pathlib
import sys

import numpy as np

# Python looks beside a script for what it imports; the packages are one folder up.
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

from keras_wsad.alignment import frame_boundaries
from keras_wsad.alignment import frames_per_segment
from keras_wsad.cli.report_errors import report_errors
from keras_wsad.cli.tensorflow_noise import import_tensorflow_quietly
from keras_wsad.data import UCFCrime
from keras_wsad.errors import ConfigError
from keras_wsad.errors import DataError
from keras_wsad.files import write_text
from keras_wsad.metrics.bootstrap import resample_videos
from keras_wsad.metrics.bootstrap import weighted_auc
from keras_wsad.progress import track
from keras_wsad.runs import describe_environment
from keras_wsad.runs import environment_line
from keras_wsad.video import find_videos
from reproduce.tables.resampling import draw_seeds

METRICS = ("video AUC", "frame AUC", "frame AUC within anomalous videos")
_COLUMNS = ("videos", "row", "metric", "value", "deviation", "low", "high")


def known_videos(paths, root):
    """Returns the videos below some paths with what is known of them.

    Args:
        paths: list of str, files or folders.
        root: str or path. A folder in UCF-Crime's layout: labels are those of its lists,
            and events those of its annotation.

    Returns:
        A dict from the path of a video to `(video, is_located)`: a `Video` without its
        number of frames, and whether its events are known, as in test videos and in
        normal ones.

    Raises:
        DataError: a video is in no list.
    """
    dataset = UCFCrime(root)
    known = {video.name: (video, not video.is_anomalous) for video in dataset.train}
    known |= {video.name: (video, True) for video in dataset.test}
    found = find_videos(paths)
    for name, path in found.items():
        if name not in known:
            raise DataError(f"{path}: expected a video of the lists in {root}.")
    return {path: known[name] for name, path in found.items()}


def score_real_videos(known, predictor):
    """Predicts videos.

    Args:
        known: dict, as `known_videos` returns it.
        predictor: `Predictor`.

    Returns:
        `(videos, scores)`: a list of `Video` with their frames as decoded, and a dict of
        `segment_scores` `(videos, segments)` and `class_probabilities`
        `(videos, classes)`.
    """
    videos, predictions = [], []
    for path, (video, _) in track(known.items(), "videos", len(known)):
        predictions.append(predictor.predict_video(path))
        videos.append(dataclasses.replace(video, num_frames=predictions[-1].num_frames))
    names = ("segment_scores", "class_probabilities")
    return videos, {
        name: np.stack([getattr(prediction, name) for prediction in predictions])
        for name in names
    }


def measure(videos, is_located, systems):
    """Measures systems on real videos, and the position in the video beside them.

    Args:
        videos: list of `Video` with their frames.
        is_located: bool array. Whose events are known.
        systems: dict from a name to a list with the scores of each run, as
            `score_real_videos` returns them.

    Returns:
        A list of `(row, metric, value, deviation, low, high, *of_runs)`, from 0 to 1: mean
        and standard deviation over the runs, a 95 % bootstrap interval over runs and
        videos, NaN where there is none, and the value of each run. Of two systems there is
        the difference, run by run. What is not defined, such as an AUC without normal
        videos, is left out.
    """
    from keras_wsad.baselines.position_prior import position_curve

    anomalous = np.array([video.is_anomalous for video in videos])
    # Not within each class, as elsewhere: most have one video.
    weights = np.vstack([np.ones(len(videos), int), resample_videos(anomalous)])
    shape = next(iter(systems.values()))[0]["segment_scores"].shape
    # One curve for all videos says nothing of a video.
    curve = np.tile(position_curve(shape[1]), (shape[0], 1))
    of_curve = _areas(videos, is_located, curve, weights)
    rows = {"position in the video": {m: of_curve[m][None] for m in METRICS[1:]}}
    numbers = []
    for system, runs in systems.items():
        areas = [_areas(videos, is_located, r["segment_scores"], weights) for r in runs]
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


def _areas(videos, is_located, segment_scores, weights):
    """Returns each metric by each line of weights, NaN where it is not defined."""
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


def draw_scores(path, videos, is_located, systems):
    """Draws the mean scores of each system over the runs, of videos with known events.

    Args:
        path: path of the picture.
        videos, is_located, systems: see `measure`.
    """
    from keras_wsad.figures import new_figure
    from keras_wsad.figures import save_figure

    chosen = [
        place
        for place, video in enumerate(videos)
        if is_located[place] and video.is_anomalous
    ]
    if not chosen:
        return
    figure = new_figure(9.0, 1.3 * len(chosen) + 0.6)
    rows = figure.subplots(len(chosen), squeeze=False)[:, 0]
    for axes, place in zip(rows, chosen, strict=True):
        video = videos[place]
        for number, (begin, end) in enumerate(video.events):
            label = None if number else "annotated event"
            axes.axvspan(begin, end, color="0.85", label=label)
        for name, runs in systems.items():
            scores = np.mean([run["segment_scores"][place] for run in runs], axis=0)
            edges = frame_boundaries(video.num_frames, len(scores), "aligned")
            axes.stairs(scores, edges, label=f"{name}, {len(runs)} runs", linewidth=1.4)
        axes.set(ylim=(0, 1), xlim=(0, video.num_frames), ylabel="score")
        axes.set_title(f"{video.name}: {video.class_name}", fontsize=9, loc="left")
    axes.set_xlabel("frame")
    figure.axes[0].legend(fontsize=8, loc="lower right", bbox_to_anchor=(1, 1), ncols=3)
    save_figure(figure, path)


def as_markdown(measured, about, environment):
    """Returns the measurement as Markdown.

    Args:
        measured: dict from the name of a set of videos to what `measure` returns.
        about: list of str, paragraphs.
        environment: dict, as `describe_environment` returns it.
    """
    lines = ["# Real videos, and models that have seen rendered ones", ""]
    for paragraph in about:
        lines += [paragraph, ""]
    lines += ["| videos | row | metric | % | 95 % interval over runs and videos |"]
    lines += ["|---|---|---|---:|---:|"]
    for name, numbers in measured.items():
        for row, metric, value, deviation, low, high, *_ in numbers:
            interval = "-" if np.isnan(low) else f"{100 * low:.0f} to {100 * high:.0f}"
            spread = "" if np.isnan(deviation) else f" ± {100 * deviation:.1f}"
            lines.append(
                f"| {name} | {row} | {metric} | {100 * value:.1f}{spread} | {interval} |"
            )
    lines += [
        "",
        f"Measured at {environment_line(environment)}.",
    ]
    return "\n".join(lines) + "\n"


@report_errors("nothing is written")
def main(argv=None):
    """Scores the videos and writes what was measured.

    Args:
        argv: list of str, or `None` for the process's own.

    Returns:
        int, the exit status: 0, or 1 if the videos or the model cannot be used.
    """
    parser = argparse.ArgumentParser(
        prog="reproduce/real_videos.py",
        description="Scores real videos of UCF-Crime with trained models: video AUC, frame "
        "AUC, frame AUC within anomalous videos and the share named right, for each folder "
        "and for all together.",
    )
    parser.add_argument("videos", nargs="+", metavar="FOLDER", help="a folder of videos")
    parser.add_argument(
        "--data", required=True, help="a folder with UCF-Crime's lists and annotation"
    )
    parser.add_argument(
        "--model",
        required=True,
        nargs="+",
        action="append",
        metavar="RUN",
        help="the run folders of one system, a seed each, named SYSTEM-...; given twice, "
        "two systems are compared, run by run",
    )
    parser.add_argument("--out", help="path without suffix, of .csv, .md and .png to write")
    arguments = parser.parse_args(argv)
    import_tensorflow_quietly()
    from keras_wsad.inference import load

    # The system's name is that of its first run up to the first hyphen.
    models = {
        pathlib.Path(runs[0]).name.partition("-")[0]: runs for runs in arguments.model
    }
    counts = {len(runs) for runs in arguments.model}
    if len(models) < len(arguments.model) or len(counts) > 1:
        raise ConfigError(
            "Expected systems of different names and as many runs. Received: "
            f"{', '.join(f'{name} ({len(runs)})' for name, runs in models.items())}"
        )
    sets = {}
    for folder in arguments.videos:
        known = known_videos([folder], arguments.data)
        systems = {}
        for name, runs in models.items():
            scored = [score_real_videos(known, load(run)) for run in runs]
            systems[name] = [scores for _, scores in scored]
        is_located = np.array([located for _, located in known.values()])
        sets[pathlib.Path(folder).name] = scored[0][0], is_located, systems
    if len(sets) > 1:
        videos = [video for of_set, _, _ in sets.values() for video in of_set]
        located = np.concatenate([of_set for _, of_set, _ in sets.values()])
        outputs = ("segment_scores", "class_probabilities")
        pooled = {}
        for name in systems:
            of_sets = zip(*(of_set[name] for *_, of_set in sets.values()), strict=True)
            pooled[name] = [
                {
                    output: np.concatenate([part[output] for part in parts])
                    for output in outputs
                }
                for parts in of_sets
            ]
        sets[f"{' and '.join(sets)} pooled"] = (videos, located, pooled)
    about, measured = [], {}
    for name, (videos, is_located, systems) in sets.items():
        measured[name] = measure(videos, is_located, systems)
        anomalous = sum(video.is_anomalous for video in videos)
        about.append(
            f"{name}: {anomalous} anomalous and {len(videos) - anomalous} normal videos; "
            f"frames are judged in the {is_located.sum()} whose events are annotated or "
            "that have none."
        )
    text = as_markdown(measured, about, describe_environment())
    print(text)
    if arguments.out:
        lines = io.StringIO()
        writer = csv.writer(lines, lineterminator="\n")
        columns = [f"run {number}" for number in range(counts.pop())]
        writer.writerow([*_COLUMNS, *columns])
        for name, numbers in measured.items():
            for row, metric, *values in numbers:
                cells = ["" if np.isnan(value) else f"{value:.4f}" for value in values]
                writer.writerow([name, row, metric, *cells])
        write_text(f"{arguments.out}.csv", lines.getvalue())
        write_text(f"{arguments.out}.md", text)
        draw_scores(f"{arguments.out}.png", videos, is_located, systems)
    return 0


if __name__ == "__main__":
    sys.exit(main())
