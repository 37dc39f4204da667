"""Draws Figure 4 of the paper: score and attentions of test videos, and the ground truth.

```
python reproduce/figure4.py --run runs/NAME
python reproduce/figure4.py --run runs/NAME --videos Shoplifting016_x264 Shoplifting034_x264
python reproduce/figure4.py --help
```
"""

import argparse
import dataclasses
import pathlib
import sys
import textwrap

# The packages are one folder above this script.
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

from keras_wsad.cli.report_errors import report_errors
from keras_wsad.cli.tensorflow_noise import import_tensorflow_quietly
from keras_wsad.data import CLASS_NAMES
from keras_wsad.data import UCFCrime
from keras_wsad.errors import RunError
from keras_wsad.figures import new_figure
from keras_wsad.figures import save_figure
from keras_wsad.metrics.alarms import ALARM_THRESHOLD
from keras_wsad.metrics.alarms import event_iou
from keras_wsad.runs import newest_run
from keras_wsad.video import probe_video
from keras_wsad.video import video_in


def draw_figure4(folder, names=None, out=None, data=None):
    """Draws the figure for test videos of a run.

    The paper shows Shoplifting016, which is found and classified correctly, and
    Shoplifting034, which is neither. Without `names`, `choose_examples` chooses such a
    pair. Key frames are added for videos in the data folder.

    Args:
        folder: str or path. A finished run.
        names: list of str, or `None`. Test videos. Defaults to `None`.
        out: str or path, or `None`. A `.png` file; by default `figure4.png` in the run.
        data: str or path, or `None`. The data folder, if it has moved since training.

    Returns:
        `(path, lines)`: the path of the figure, and a line about each video.

    Raises:
        RunError: the folder is not a finished run, its system predicts no classes, or a
            name is not that of a test video with features.
        DataError: the data is missing, or its features have another width or extraction.

    Reference:
        - Majhi et al., FG 2021, figure 4.
    """
    from keras_wsad.evaluation.score_run import score_run
    from keras_wsad.inference import VideoPrediction

    scored = score_run(folder, data)
    if "class_probabilities" not in scored.scores:
        raise RunError(
            f"{scored.run.folder}: expected a run of a system that names classes. Found "
            f"{scored.config.system}"
        )
    pairs = []
    for index, video in enumerate(scored.videos):
        outputs = {name: values[index] for name, values in scored.scores.items()}
        prediction = VideoPrediction(
            class_name=CLASS_NAMES[int(outputs["class_probabilities"].argmax())],
            **outputs,
            video=video.name,
            threshold=ALARM_THRESHOLD,
            alignment=scored.config.alignment,
            num_frames=video.num_frames,
        )
        pairs.append((video, prediction))
    if names:
        known = {video.name: (video, prediction) for video, prediction in pairs}
        unknown = [name for name in names if name not in known]
        if unknown:
            raise RunError(
                f"{scored.run.folder}: expected test videos that have features. Received: "
                f"{', '.join(unknown)}"
            )
        chosen = [known[name] for name in names]
    else:
        chosen = choose_examples(pairs)
    if not chosen:
        raise RunError(
            f"{scored.run.folder}: expected a test video that is found and classified "
            "correctly, or one that is neither. There is none; choose others by --videos"
        )
    files = UCFCrime(scored.root).files
    chosen = [(video, _with_pixels(prediction, files)) for video, prediction in chosen]
    path = pathlib.Path(out or scored.run.folder / "figure4.png")
    _draw(path, chosen, scored.about)
    return path, [_verdict(*pair) for pair in chosen]


def choose_examples(pairs):
    """Chooses a video that is found and classified correctly, and one that is neither.

    Found means an IoU of alarms and annotated events of at least 0.3. The first is the one
    with the largest IoU; the second is the one whose annotated event is the longest share
    of the video; of equals the first in the list. If there is no such video, it is left
    out.

    Args:
        pairs: list of `(Video, VideoPrediction)`.

    Returns:
        A list of at most two of the pairs.
    """
    from keras_wsad.evaluation.alarms import FOUND_IOU

    anomalous = [pair for pair in pairs if pair[0].frame_labels().any()]
    right = [p for p in anomalous if _overlap(*p) >= FOUND_IOU and _is_named(*p)]
    wrong = [p for p in anomalous if _overlap(*p) < FOUND_IOU and not _is_named(*p)]
    best = max(right, key=lambda pair: _overlap(*pair), default=None)
    worst = max(wrong, key=lambda pair: pair[0].frame_labels().mean(), default=None)
    return [pair for pair in (best, worst) if pair is not None]


def _overlap(video, prediction):
    return event_iou(video.frame_labels(), prediction.frame_scores, prediction.threshold)


def _is_named(video, prediction):
    return prediction.class_name == video.class_name


def _verdict(video, prediction):
    """Says in a line what the model made of a video.

    Returns:
        A str: the video's name; whether its event was found, with the IoU, or for a normal
        video whether it was silent or gave a false alarm; and the class it was given.
    """
    from keras_wsad.evaluation.alarms import FOUND_IOU

    if not video.is_anomalous:
        found = "false alarm" if prediction.is_anomalous else "silent"
    else:
        overlap = _overlap(video, prediction)
        found = f"{'found' if overlap >= FOUND_IOU else 'missed'} (IoU {overlap:.2f})"
    return f"{video.name}: {found}, classed {prediction.class_name}"


def _with_pixels(prediction, files):
    """Adds the path and the frame rate of the video, if it is among the files."""
    path = video_in(files, prediction.video)
    if path is None:
        return prediction
    return dataclasses.replace(prediction, video=str(path), fps=probe_video(path).fps)


def _draw(path, chosen, about):
    from keras_wsad.evaluation.evaluate import describe_protocol
    from keras_wsad.inference import panels
    from keras_wsad.inference.write import read_key_frames

    attentions = [panels.attentions_of(prediction) for _, prediction in chosen]
    key_frames = [read_key_frames(prediction.video, prediction) for _, prediction in chosen]
    heights = [2.4, *([1.4] if any(key_frames) else []), *[0.95 for _ in attentions[0]]]
    figure = new_figure(6.2 * len(chosen) + 0.4, 1.3 + sum(heights) + 0.12 * len(heights))
    grid = figure.add_gridspec(len(heights), len(chosen), height_ratios=heights)
    # One scale for all videos, or attention close to zero would look like a peak.
    tops = [
        max(float(values.max()) for values, _, _ in row)
        for row in zip(*attentions, strict=True)
    ]
    for column, (video, prediction) in enumerate(chosen):
        time = panels.TimeAxis(prediction, max_ticks=7)
        axes = score_axes = figure.add_subplot(grid[0, column])
        panels.draw_score(score_axes, prediction, time, video)
        score_axes.set_title(_verdict(video, prediction), fontsize=9)
        if key_frames[column]:
            panels.draw_key_frames(
                figure, grid[1, column], score_axes, key_frames[column], prediction, time
            )
        for row, (values, color, label) in enumerate(attentions[column]):
            axes = figure.add_subplot(grid[row - len(attentions[column]), column])
            panels.draw_attention(axes, values, time, color, label, tops[row])
        axes.set_xlabel(time.label, fontsize=9)
    protocol = describe_protocol(about) + f"; alarms above {ALARM_THRESHOLD}"
    figure.supxlabel(
        textwrap.fill(protocol, 85 * len(chosen)),
        fontsize=7,
        color="0.4",
        x=0.01,
        ha="left",
    )
    save_figure(figure, path)


@report_errors("nothing is written")
def main(argv=None):
    """Draws figure 4 of the paper for test videos of a run."""
    parser = argparse.ArgumentParser(
        prog="reproduce/figure4.py",
        description="Draws score and attentions of test videos against the ground truth, "
        "as the paper's figure 4, with key frames where the videos are in the data folder.",
    )
    parser.add_argument("--run", help="a run folder (default: the newest in runs)")
    parser.add_argument("--data", help="the data folder, where it has moved")
    parser.add_argument(
        "--videos",
        nargs="+",
        metavar="NAME",
        help="test videos (default: the best one that is found and classified correctly, "
        "and the one with the longest event that is neither)",
    )
    parser.add_argument("--out", help="a .png file (default: figure4.png in the run)")
    arguments = parser.parse_args(argv)
    import_tensorflow_quietly()

    path, lines = draw_figure4(
        arguments.run or newest_run(), arguments.videos, arguments.out, arguments.data
    )
    for line in lines:
        print(line)
    print(f"{path} is written")
    return 0


if __name__ == "__main__":
    sys.exit(main())
