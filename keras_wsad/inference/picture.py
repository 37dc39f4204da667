"""The picture of one prediction, in the style of the paper's Figure 4."""

import textwrap

from keras_wsad.data.annotations import CLASS_NAMES
from keras_wsad.figures import new_figure
from keras_wsad.figures import save_figure
from keras_wsad.inference import panels


def draw_prediction(path, prediction, title, protocol, key_frames=None, truth=None):
    """Draws score, attentions, class probabilities and key frames of a video.

    Args:
        path: path. A `.png` file to write.
        prediction: `VideoPrediction`.
        title: str. See `title_of`.
        protocol: str. See `describe_protocol`.
        key_frames: dict from segment to `(frame number, image)`, or `None` if there are no
            pixels. Defaults to `None`.
        truth: `Video` or `None`. The annotation. Defaults to `None`.

    Reference:
        - Majhi et al., FG 2021, figure 4.
    """
    attentions = panels.attentions_of(prediction)
    heights = [2.6, *([1.75] if key_frames else []), *[0.95 for _ in attentions]]
    figure = new_figure(11, 1.1 + sum(heights) + 0.12 * len(heights))
    grid = figure.add_gridspec(
        len(heights), 2, height_ratios=heights, width_ratios=[4.3, 1], wspace=0.03
    )
    time = panels.TimeAxis(prediction)
    score_axes = figure.add_subplot(grid[0, 0])
    panels.draw_score(score_axes, prediction, time, truth)
    if time.fps:
        frames = score_axes.secondary_xaxis(
            "top", functions=(lambda x: x * time.fps, lambda x: x / time.fps)
        )
        frames.tick_params(labelsize=7, colors="0.45")
        frames.set_xlabel("frame", fontsize=7, color="0.45")
        frames.spines["top"].set_visible(False)
    if key_frames:
        panels.draw_key_frames(figure, grid[1, 0], score_axes, key_frames, prediction, time)
    axes = score_axes
    for row, (values, color, label) in enumerate(attentions):
        axes = figure.add_subplot(grid[row - len(attentions), 0])
        panels.draw_attention(axes, values, time, color, label)
    axes.set_xlabel(time.label, fontsize=9)
    panels.draw_classes(figure.add_subplot(grid[:, 1]), prediction, CLASS_NAMES, truth)
    figure.suptitle(title, fontsize=12, x=0.01, ha="left", fontweight="bold")
    figure.supxlabel(
        textwrap.fill(protocol, 170), fontsize=7, color="0.4", x=0.01, ha="left"
    )
    save_figure(figure, path)
