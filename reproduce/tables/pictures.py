"""Pictures of a table: ROC curves (Figure 5), bars, and the confusion matrix of a row."""

import textwrap

import matplotlib
import numpy as np
from sklearn.metrics import roc_curve

from keras_wsad.alignment import frames_of
from keras_wsad.data import CLASS_NAMES
from keras_wsad.figures import draw_confusion
from keras_wsad.figures import new_figure
from keras_wsad.figures import save_figure
from keras_wsad.metrics import class_confusion

_POINTS = 500


def draw_pictures(table, path, published=None):
    """Draws the pictures of a table.

    Args:
        table: `Table`.
        path: str or path, without suffix.
        published: dict of published ROC curves, see `read_published_curves`, or `None`.

    Returns:
        A list of the paths: `_roc.png`, `_bars.png`, and `_confusion.png` of the last row
        that predicts classes and is not a reference.
    """
    paths = [f"{path}_roc.png", f"{path}_bars.png"]
    _draw_curves(table, paths[0], published or {})
    _draw_bars(table, paths[1])
    for result in reversed(table.rows):
        if "maa" in result.numbers and not result.row.is_reference:
            paths.append(f"{path}_confusion.png")
            matrix = _confusion(table, result)
            title = f"{result.row.title}, {_over_seeds(table)}. {table.protocol[0]}"
            draw_confusion(paths[-1], matrix, title)
            break
    return paths


def _draw_curves(table, path, published):
    figure = new_figure(9.6, 6.2)
    axes = figure.add_subplot()
    grid = np.linspace(0, 1, _POINTS)
    colors = matplotlib.colormaps["tab20"].colors
    for name, (false_rates, true_rates) in published.items():
        axes.plot(false_rates, true_rates, label=name, linewidth=1.1, linestyle=":")
    for result in table.rows:
        if "auc" not in result.numbers:
            continue
        curves = []
        for scores in result.outputs["auc"]:
            frames = frames_of(table.videos, scores)
            curves.append(np.interp(grid, *roc_curve(*frames)[:2]))
        curve = np.concatenate([[0], np.mean(curves, axis=0)])
        is_reference = result.row.is_reference
        axes.plot(
            np.concatenate([[0], grid]),
            curve,
            label=f"{result.row.title}: {result.numbers['auc'].mean:.4f}",
            linewidth=1.0 if is_reference else 1.7,
            linestyle="--" if is_reference else "-",
            color=colors[len(axes.lines) % len(colors)],
        )
    axes.plot([0, 1], [0, 1], color="0.7", linewidth=1)
    axes.set(xlim=(0, 1), ylim=(0, 1.005), aspect="equal")
    axes.set(xlabel="False positive rate", ylabel="True positive rate")
    notes = [
        f"Measured: mean curve of {_over_seeds(table)}, frames aligned. {table.protocol[0]}"
    ]
    if published:
        notes.append("Dotted: published, on UCF-Crime, features and frames of their own")
    figure.suptitle(textwrap.fill(". ".join(notes), 150), fontsize=7)
    axes.grid(color="0.92")
    figure.legend(loc="outside right center", fontsize=7)
    save_figure(figure, path)


def _draw_bars(table, path):
    results = [result for result in table.rows if result.numbers][::-1]
    figure = new_figure(10.5, 1.4 + 0.33 * len(results))
    heights = np.arange(len(results))
    for column, (metric, name) in enumerate(
        (("auc", "Frame AUC, aligned, %"), ("maa", "mAA, %"))
    ):
        axes = figure.add_subplot(1, 2, column + 1)
        for height, result in enumerate(results):
            number, cell = result.numbers.get(metric), result.row.cells.get(metric)
            if number is not None:
                low, high = number.interval
                mean = 100 * number.mean
                error = [[mean - 100 * low], [100 * high - mean]]
                color = "0.75" if result.row.is_reference else "tab:blue"
                axes.barh(height, mean, xerr=np.maximum(error, 0), color=color, height=0.7)
                axes.scatter(
                    [100 * value for value in number.values.values()],
                    [height] * len(number.values),
                    s=6,
                    color="black",
                    zorder=3,
                )
            if cell is not None and cell.published is not None:
                axes.plot([cell.published], [height], "D", color="tab:red", markersize=4)
        axes.set_yticks(
            heights, [result.row.title for result in results] if not column else []
        )
        axes.tick_params(axis="y", labelsize=8)
        # The same for both panels, so that bars align with their names.
        axes.set_ylim(-0.6, len(results) - 0.4)
        axes.set(xlabel=name, xlim=(0, 100))
        axes.grid(axis="x", color="0.92")
        axes.set_axisbelow(True)
    figure.suptitle(
        textwrap.fill(
            f"{table.title}. Bars: measured, with the 95 % interval over seeds and test "
            "videos; dots: seeds; grey: for reference; red: published on other features. "
            f"{table.protocol[0]}",
            150,
        ),
        fontsize=7,
    )
    save_figure(figure, path)


def _confusion(table, result):
    """Adds up the confusion matrices of the seeds."""
    labels = [video.label for video in table.videos]
    return sum(
        class_confusion(labels, probabilities.argmax(axis=1), len(CLASS_NAMES))
        for probabilities in result.outputs["maa"]
    )


def _over_seeds(table):
    count = len(table.options.seeds)
    return f"{count} seeds" if count > 1 else f"seed {table.options.seeds[0]}"
