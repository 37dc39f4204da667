"""Panels of the pictures of predictions, over a common time axis."""

import numpy as np

from keras_wsad.metrics.score_text import score_text

SCORE_COLOR = "#1b4f8a"
ALARM_COLOR = "#d1495b"
TRUTH_COLOR = "#3a7d44"
FIRST_LEVEL_COLOR = "#8a5a9e"
SECOND_LEVEL_COLOR = "#c77d2b"

# Distances of the ticks of a time axis, in seconds.
_STEPS = (0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200)


class TimeAxis:
    """The time axis of a video: seconds if known, else frames, else segments.

    Args:
        prediction: `VideoPrediction`.
        max_ticks: int. Defaults to `9`.
    """

    def __init__(self, prediction, max_ticks=9):
        boundaries = prediction.boundaries
        self.fps = prediction.fps if boundaries is not None else None
        self.max_ticks = max_ticks
        if boundaries is None:
            self.edges = np.arange(len(prediction.segment_scores) + 1)
            self.label = "segment"
        elif self.fps is None:
            self.edges, self.label = boundaries, "frame"
        else:
            self.edges, self.label = boundaries / self.fps, "time"
        self.frames_known = boundaries is not None

    def position_of(self, frame):
        """Returns the position of a frame on the axis."""
        return frame / self.fps if self.fps else frame

    def label_of(self, position):
        """Returns the text of a position: `"7.5 s"`, `"1:02"`, `"frame 12"`."""
        return clock(position) if self.fps else f"{self.label} {position:.0f}"

    def set_up(self, axes):
        """Sets the limits and ticks of a panel."""
        from matplotlib.ticker import FuncFormatter
        from matplotlib.ticker import MultipleLocator

        length = float(self.edges[-1])
        axes.set_xlim(0, length)
        if self.fps:
            fitting = (step for step in _STEPS if length / step <= self.max_ticks)
            step = next(fitting, length / self.max_ticks)
            axes.xaxis.set_major_locator(MultipleLocator(step))
            axes.xaxis.set_major_formatter(FuncFormatter(lambda x, _: clock(x, length)))
        for side in ("top", "right"):
            axes.spines[side].set_visible(False)
        axes.tick_params(labelsize=8)
        axes.grid(axis="x", color="0.93")
        axes.set_axisbelow(True)


def clock(seconds, longest=None):
    """Formats a time as seconds, minutes and seconds, or hours.

    Args:
        seconds: float.
        longest: float or `None`. The longest time on the axis, which decides the format of
            all. Defaults to `None`, for `seconds` itself.

    Example:

    >>> clock(7.5), clock(62), clock(3723), clock(62, longest=3723)
    ('7.5 s', '1:02', '1:02:03', '0:01:02')
    """
    if longest is None:
        seconds = round(seconds, 1)
    longest = longest or seconds
    if longest < 60:
        return f"{seconds:g} s"
    minutes, rest = divmod(round(seconds), 60)
    if round(longest) < 3600:
        return f"{minutes}:{rest:02d}"
    return f"{minutes // 60}:{minutes % 60:02d}:{rest:02d}"


def draw_score(axes, prediction, time, truth=None):
    """Draws the score over time, with threshold, alarms and ground truth.

    Args:
        axes: matplotlib axes.
        prediction: `VideoPrediction`.
        time: `TimeAxis`.
        truth: `Video` or `None`. The annotation. Defaults to `None`.
    """
    time.set_up(axes)
    for number, alarm in enumerate(prediction.alarms):
        span = time.edges[alarm.start_segment], time.edges[alarm.end_segment]
        label = "_" if number else "alarm"
        axes.axvspan(*span, color=ALARM_COLOR, alpha=0.17, linewidth=0, label=label)
    draw_truth(axes, time, truth)
    scores = np.asarray(prediction.segment_scores)
    axes.stairs(scores, time.edges, color=SCORE_COLOR, linewidth=1.6, baseline=None)
    axes.stairs(scores, time.edges, color=SCORE_COLOR, alpha=0.12, fill=True)
    label = f"threshold {score_text(prediction.threshold)}"
    axes.axhline(
        prediction.threshold, color=ALARM_COLOR, linewidth=1, linestyle="--", label=label
    )
    # Room for the legend above, and for the strip of the ground truth below.
    axes.set_ylim(-0.14, 1.24)
    axes.set_yticks([0, 0.25, 0.5, 0.75, 1])
    axes.set_ylabel("anomaly score", fontsize=9)
    axes.legend(loc="upper left", fontsize=8, ncols=3, frameon=False, borderaxespad=0.1)


def draw_truth(axes, time, truth):
    """Draws the annotated events as a strip along the bottom of a panel."""
    if truth is None or not time.frames_known:
        return
    frames_end = time.edges[-1]
    number = 0
    for start, end in truth.events:
        left, right = (min(time.position_of(frame), frames_end) for frame in (start, end))
        if left < right:
            label = "_" if number else "annotated event"
            axes.axvspan(left, right, 0.015, 0.075, color=TRUTH_COLOR, lw=0, label=label)
            number += 1


def draw_attention(axes, values, time, color, label, highest=None):
    """Draws an attention over time, from zero on.

    Args:
        axes: matplotlib axes.
        values: float array of shape `(segments,)`.
        time: `TimeAxis`.
        color: str.
        label: str.
        highest: float or `None`. Largest value that the panel shows. Defaults to `None`,
            for that of `values`.
    """
    time.set_up(axes)
    axes.stairs(values, time.edges, color=color, linewidth=1.4, baseline=None)
    axes.stairs(values, time.edges, color=color, alpha=0.15, fill=True)
    highest = float(np.max(values)) if highest is None else highest
    # Attention close to zero shall look like that.
    axes.set_ylim(0, 1.15 * max(highest, 0.1))
    axes.set_ylabel(label, fontsize=9)
    axes.locator_params(axis="y", nbins=3)


def attentions_of(prediction):
    """Returns the attentions that the model has, a list of `(values, color, label)`."""
    both = (
        (prediction.first_level_attention, FIRST_LEVEL_COLOR, "first-level\nattention"),
        (
            prediction.second_level_attention,
            SECOND_LEVEL_COLOR,
            "second-level\nattention",
        ),
    )
    return [entry for entry in both if entry[0] is not None]


def draw_key_frames(figure, cell, score_axes, key_frames, prediction, time):
    """Draws key frames in a row and marks their positions on the score.

    Args:
        figure: matplotlib figure.
        cell: matplotlib subplot specification of the row.
        score_axes: matplotlib axes, the panel of the score.
        key_frames: dict from segment to `(frame number, image)`.
        prediction: `VideoPrediction`.
        time: `TimeAxis`.
    """
    row = cell.subgridspec(1, max(len(key_frames), 4), wspace=0.04)
    for column, (segment, (frame, image)) in enumerate(sorted(key_frames.items())):
        letter, score = chr(ord("a") + column), prediction.segment_scores[segment]
        where = time.position_of(frame)
        above = score > prediction.threshold
        color = ALARM_COLOR if above else SCORE_COLOR
        score_axes.annotate(
            letter,
            (where, score),
            ha="center",
            va="center",
            fontsize=8,
            color="white",
            bbox={"boxstyle": "circle,pad=0.2", "facecolor": color, "edgecolor": "white"},
            annotation_clip=False,
        )
        axes = figure.add_subplot(row[column])
        axes.imshow(image)
        axes.set(xticks=[], yticks=[])
        for spine in axes.spines.values():
            spine.set(color=color, linewidth=2)
        title = f"{letter}  {time.label_of(where)},  score {score_text(score)}"
        axes.set_title(title, fontsize=8)


def draw_classes(axes, prediction, class_names, truth=None):
    """Draws the class probabilities as bars, the predicted and the true class marked.

    Args:
        axes: matplotlib axes.
        prediction: `VideoPrediction`.
        class_names: sequence of str.
        truth: `Video` or `None`. Defaults to `None`.
    """
    probabilities = np.asarray(prediction.class_probabilities)
    labels = np.arange(len(class_names))
    best = int(probabilities.argmax())
    colors = [SCORE_COLOR if label == best else "#b7c9de" for label in labels]
    axes.barh(labels, probabilities, color=colors, height=0.72)
    for label, probability in enumerate(probabilities):
        text = score_text(probability)
        axes.text(probability + 0.015, label, text, va="center", fontsize=7)
    axes.set_yticks(labels, class_names, fontsize=8)
    axes.get_yticklabels()[best].set_fontweight("bold")
    if truth is not None:
        axes.get_yticklabels()[truth.label].set_color(TRUTH_COLOR)
    axes.set(xlim=(0, 1.12), ylim=(len(class_names) - 0.4, -0.6))
    axes.set_xticks([0, 0.5, 1])
    axes.tick_params(axis="y", length=0)
    axes.tick_params(axis="x", labelsize=8)
    axes.set_title("class probability", fontsize=9)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
