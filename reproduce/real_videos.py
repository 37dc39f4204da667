"""Scores real UCF-Crime videos with a model that has seen rendered videos alone.

```
python reproduce/real_videos.py UCF_CRIME/videos --data UCF_CRIME --model runs/NAME
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

from keras_wsad.cli.report_errors import report_errors
from keras_wsad.cli.tensorflow_noise import import_tensorflow_quietly
from keras_wsad.data import UCFCrime
from keras_wsad.errors import DataError
from keras_wsad.files import write_text
from keras_wsad.progress import track
from keras_wsad.runs import describe_environment
from keras_wsad.video import find_videos

_COLUMNS = ("videos", "row", "metric", "value", "low", "high")


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


def measure(videos, is_located, scores):
    """Measures a model on real videos, and the position in the video beside it.

    Args:
        videos: list of `Video` with their frames.
        is_located: bool array. Whose events are known.
        scores: dict, as `score_real_videos` returns it.

    Returns:
        A list of `(row, metric, value, low, high)`, from 0 to 1, the last two a 95 %
        bootstrap interval over videos where there is one. What is not defined, such as an
        AUC without normal videos, is left out.
    """
    from keras_wsad.baselines.position_prior import position_curve
    from keras_wsad.evaluation.all_metrics import compute_metrics

    count, segments = scores["segment_scores"].shape
    curve = np.tile(position_curve(segments), (count, 1))
    numbers = []
    for row, outputs in (
        ("the model", scores),
        ("position in the video", {"segment_scores": curve}),
    ):
        of_all = compute_metrics(videos, outputs)["video_level"]
        located = [v for v, known in zip(videos, is_located, strict=True) if known]
        outputs_located = {name: values[is_located] for name, values in outputs.items()}
        of_frames = compute_metrics(located, outputs_located)["detection"]["aligned"]
        for metric, metrics, key in (
            ("video AUC", of_all, "video_auc"),
            ("frame AUC", of_frames, "auc"),
            ("frame AUC within anomalous videos", of_frames, "abnormal_auc"),
        ):
            value, interval = metrics[key], metrics[f"{key}_interval"]
            # One curve for all videos says nothing of a video.
            if not np.isnan(value) and (row, key) != ("position in the video", "video_auc"):
                numbers.append((row, metric, value, *(interval or (np.nan, np.nan))))
    named = scores["class_probabilities"].argmax(axis=1)
    right = np.array([video.label for video in videos]) == named
    anomalous = np.array([video.is_anomalous for video in videos])
    for which, chosen in (("anomalous", anomalous), ("normal", ~anomalous)):
        if chosen.any():
            metric = f"{which} videos named right ({right[chosen].sum()} of {chosen.sum()})"
            numbers.append(("the model", metric, right[chosen].mean(), np.nan, np.nan))
    return numbers


def as_markdown(measured, about, environment):
    """Returns the measurement as Markdown.

    Args:
        measured: dict from the name of a set of videos to what `measure` returns.
        about: list of str, paragraphs.
        environment: dict, as `describe_environment` returns it.
    """
    lines = ["# Real videos, and a model that has seen rendered ones", ""]
    for paragraph in about:
        lines += [paragraph, ""]
    lines += ["| videos | row | metric | % | 95 % interval over videos |"]
    lines += ["|---|---|---|---:|---:|"]
    for name, numbers in measured.items():
        for row, metric, value, low, high in numbers:
            interval = "-" if np.isnan(low) else f"{100 * low:.0f} to {100 * high:.0f}"
            lines.append(f"| {name} | {row} | {metric} | {100 * value:.1f} | {interval} |")
    packages = [f"{name} {v}" for name, v in environment["packages"].items()]
    lines += [
        "",
        f"Commit {environment['commit']}; Python {environment['python']}, "
        f"{', '.join(packages)}; {environment['processor']}, {environment['cores']} cores.",
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
        description="Scores real videos of UCF-Crime with a trained model: video AUC, "
        "frame AUC, frame AUC within anomalous videos and the share named right, for each "
        "folder and for all together.",
    )
    parser.add_argument("videos", nargs="+", metavar="FOLDER", help="a folder of videos")
    parser.add_argument(
        "--data", required=True, help="a folder with UCF-Crime's lists and annotation"
    )
    parser.add_argument("--model", required=True, help="a run folder")
    parser.add_argument("--out", help="path without suffix, of .csv and .md to write")
    arguments = parser.parse_args(argv)
    import_tensorflow_quietly()
    from keras_wsad.inference import load

    predictor = load(arguments.model)
    sets, measured = {}, {}
    for folder in arguments.videos:
        known = known_videos([folder], arguments.data)
        is_located = np.array([located for _, located in known.values()])
        sets[pathlib.Path(folder).name] = (
            *score_real_videos(known, predictor),
            is_located,
        )
    if len(sets) > 1:
        videos = [video for of_set, _, _ in sets.values() for video in of_set]
        scores = {
            name: np.concatenate([of_set[name] for _, of_set, _ in sets.values()])
            for name in ("segment_scores", "class_probabilities")
        }
        located = np.concatenate([of_set for _, _, of_set in sets.values()])
        sets[f"{' and '.join(sets)} pooled"] = (videos, scores, located)
    about = []
    for name, (videos, scores, is_located) in sets.items():
        measured[name] = measure(videos, is_located, scores)
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
        writer.writerow(_COLUMNS)
        for name, numbers in measured.items():
            for row, metric, *values in numbers:
                cells = ["" if np.isnan(value) else f"{value:.4f}" for value in values]
                writer.writerow([name, row, metric, *cells])
        write_text(f"{arguments.out}.csv", lines.getvalue())
        write_text(f"{arguments.out}.md", text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
