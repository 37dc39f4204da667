"""Figure 4 of the paper: attentions and score of test videos against the ground truth."""

import dataclasses
import pathlib
import textwrap

from keras_wsad.data import CLASS_NAMES
from keras_wsad.data import UCFCrime
from keras_wsad.data import open_experiment_data
from keras_wsad.data.annotations import VIDEO_SUFFIXES
from keras_wsad.errors import RunError
from keras_wsad.evaluation.alarms import FOUND_IOU
from keras_wsad.evaluation.evaluate import describe_protocol
from keras_wsad.inference import load_model
from keras_wsad.inference import score_videos
from keras_wsad.metrics.alarms import event_iou
from keras_wsad.prediction import VideoPrediction
from keras_wsad.prediction import panels
from keras_wsad.prediction.leave import read_key_frames
from keras_wsad.prediction.picture import new_figure
from keras_wsad.prediction.picture import save_figure
from keras_wsad.runs import Run
from keras_wsad.video import probe_video


def draw_figure4(folder, names=None, out=None, data=None):
    """Draws the figure for test videos of a run.

    The paper shows one video that is found and named, Shoplifting016, and one that is
    missed and misnamed, Shoplifting034. Without names, the same is chosen here by
    `choose_examples`. Key frames are added where a video lies in the data folder.

    Args:
        folder: str or path. A finished run.
        names: list of str, or `None`. Test videos. Defaults to `None`.
        out: str or path, or `None`. A `.png` file; by default `figure4.png` in the run.
        data: str or path, or `None`. The data folder, if it has moved since training.

    Returns:
        `(path, lines)`: where the figure is, and a line on each video.

    Raises:
        RunError: the folder is no finished run, or a video is none of its test videos.

    Reference:
        - Majhi et al., FG 2021, figure 4.
    """
    run = Run(folder)
    config = run.load_config()
    if not run.model.is_file():
        raise RunError(f"{run.folder}: the run is not finished; --resume goes on with it.")
    if data is not None:
        config = dataclasses.replace(config, data=str(data))
    training = run.load_training()
    data = open_experiment_data(config)
    scores = score_videos(load_model(run.model), data.store, data.test, config.test_crops)
    files = {} if config.data is None else UCFCrime(config.data).files
    pairs = []
    for place, video in enumerate(data.test):
        outputs = {name: values[place] for name, values in scores.items()}
        pairs.append((video, _prediction(video, outputs, files, config, training)))
    if names:
        known = {video.name: (video, prediction) for video, prediction in pairs}
        unknown = [name for name in names if name not in known]
        if unknown:
            raise RunError(
                f"{run.folder}: expected test videos that have features. Received: "
                f"{', '.join(unknown)}"
            )
        chosen = [known[name] for name in names]
    else:
        chosen = choose_examples(pairs)
    if not chosen:
        raise RunError(f"{run.folder}: expected anomalous test videos. Found none.")
    about = {
        "features": data.source,
        "test_videos": len(data.test),
        "pooling": f"{config.reduce}, {config.alignment}",
        "crops": max(
            min(len(data.store.videos[video.name]), config.test_crops)
            for video, _ in chosen
        ),
        "checkpoint": training["checkpoint"],
        "seed": config.seed,
    }
    path = pathlib.Path(out or run.folder / "figure4.png")
    _draw(path, chosen, describe_protocol(about), training["threshold"])
    return path, [_verdict(*pair) for pair in chosen]


def choose_examples(pairs):
    """Chooses a video that is found and named, and one that is missed and misnamed.

    Found is an overlap of alarms and annotated events of 0.3 or more. Of the anomalous
    videos that are found and named rightly the one with the largest overlap is taken; of
    those that are neither, the one whose annotated event is longest, as a share of the
    video; of equals the first. What there is none of is left out.

    Args:
        pairs: list of `(Video, VideoPrediction)`.

    Returns:
        A list of at most two of the pairs.
    """
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
    """Says what came of a test video, in the title of its column."""
    if not video.is_anomalous:
        found = "false alarm" if prediction.is_anomalous else "silent"
    else:
        overlap = _overlap(video, prediction)
        found = f"{'found' if overlap >= FOUND_IOU else 'missed'} (IoU {overlap:.2f})"
    return f"{video.name}: {found}, classed {prediction.class_name}"


def _prediction(video, outputs, files, config, training):
    paths = [
        files[video.name + suffix][0]
        for suffix in VIDEO_SUFFIXES
        if video.name + suffix in files
    ]
    return VideoPrediction(
        class_name=CLASS_NAMES[int(outputs["class_probabilities"].argmax())],
        **outputs,
        video=str(paths[0]) if paths else video.name,
        threshold=training["threshold"]["value"],
        alignment=config.alignment,
        num_frames=video.num_frames,
        fps=probe_video(paths[0]).fps if paths else None,
    )


def _draw(path, chosen, protocol, threshold):
    attentions = [panels.attentions_of(prediction) for _, prediction in chosen]
    key_frames = [read_key_frames(prediction.video, prediction) for _, prediction in chosen]
    heights = [2.4, *([1.4] if any(key_frames) else []), *[0.95 for _ in attentions[0]]]
    figure = new_figure(6.2 * len(chosen) + 0.4, 1.3 + sum(heights) + 0.12 * len(heights))
    grid = figure.add_gridspec(len(heights), len(chosen), height_ratios=heights)
    # One scale for all videos, or a level of nothing would look like a peak.
    tops = [
        max(float(values.max()) for values, _, _ in row)
        for row in zip(*attentions, strict=True)
    ]
    for column, (video, prediction) in enumerate(chosen):
        time = panels.TimeAxis(prediction, marks=7)
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
    chosen_by = f"alarms above {threshold['value']:.3f} ({threshold['rule']})"
    figure.supxlabel(
        textwrap.fill(f"{protocol}; {chosen_by}", 85 * len(chosen)),
        fontsize=7,
        color="0.4",
        x=0.01,
        ha="left",
    )
    save_figure(figure, path)
