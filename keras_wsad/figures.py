"""Pictures of an evaluation: ROC curve, reliability diagram, confusion matrix."""

import itertools
import textwrap

import numpy as np

from keras_wsad.data.annotations import CLASS_NAMES
from keras_wsad.files import atomic_path


def draw_roc(path, curves, title):
    """Draws ROC curves.

    Args:
        path: path. A `.png` file to write.
        curves: dict from a legend to `(false positive rates, true positive rates)`.
        title: str. On which data and by which protocol.
    """
    figure = new_figure(5.2, 5.2)
    axes = figure.add_subplot()
    styles = itertools.cycle(("-", "--", "-.", ":"))
    for (name, (false_rates, true_rates)), style in zip(
        curves.items(), styles, strict=False
    ):
        # Curves may lie on one another: no style hides the one below.
        axes.plot(false_rates, true_rates, label=name, linewidth=1.6, linestyle=style)
    axes.plot([0, 1], [0, 1], color="0.7", linewidth=1, linestyle="--", label="chance")
    axes.set(xlim=(0, 1), ylim=(0, 1.005), aspect="equal")
    axes.set(xlabel="False positive rate", ylabel="True positive rate")
    axes.set_title(textwrap.fill(title, 80), fontsize=8)
    axes.grid(color="0.92")
    axes.legend(loc="lower right", fontsize=8)
    save_figure(figure, path)


def draw_reliability(path, points, title):
    """Draws how often videos with a score are anomalous.

    Args:
        path: path. A `.png` file to write.
        points: `(said, seen, counts)`, as `reliability` returns them.
        title: str. On which data and by which protocol.
    """
    said, seen, counts = points
    figure = new_figure(5.2, 5.2)
    axes = figure.add_subplot()
    axes.plot([0, 1], [0, 1], color="0.7", linewidth=1, linestyle="--", label="ideal")
    axes.plot(said, seen, marker="o", label="test videos, with their number")
    for x, y, count in zip(said, seen, counts, strict=True):
        place = (6, -12) if y > 0.5 else (6, 6)
        axes.annotate(str(count), (x, y), place, textcoords="offset points", fontsize=8)
    axes.set(xlim=(-0.02, 1.02), ylim=(-0.02, 1.02), aspect="equal")
    axes.set(xlabel="Highest score of a video", ylabel="Share of anomalous videos")
    axes.set_title(textwrap.fill(title, 80), fontsize=8)
    axes.grid(color="0.92")
    axes.legend(loc="upper left", fontsize=8)
    save_figure(figure, path)


def draw_confusion(path, matrix, title):
    """Draws a confusion matrix, its rows scaled to one, with counts.

    Args:
        path: path. A `.png` file to write.
        matrix: int array of shape `(classes, classes)`, rows are the true class.
        title: str. On which data and by which protocol.
    """
    matrix = np.asarray(matrix)
    support = matrix.sum(axis=1)
    shares = matrix / np.maximum(support, 1)[:, None]
    figure = new_figure(8, 7.4)
    axes = figure.add_subplot()
    image = axes.imshow(shares, cmap="Blues", vmin=0, vmax=1)
    for row, column in np.argwhere(matrix):
        color = "white" if shares[row, column] > 0.55 else "black"
        axes.text(column, row, matrix[row, column], ha="center", va="center", color=color)
    places = np.arange(len(CLASS_NAMES))
    axes.set_xticks(places, CLASS_NAMES, rotation=45, ha="right", fontsize=8)
    rows = [f"{name} ({count})" for name, count in zip(CLASS_NAMES, support, strict=True)]
    axes.set_yticks(places, rows, fontsize=8)
    axes.set(xlabel="Predicted class", ylabel="True class (test videos)")
    axes.set_title(textwrap.fill(title, 80), fontsize=8)
    figure.colorbar(image, ax=axes, shrink=0.8, label="share of the true class")
    save_figure(figure, path)


def new_figure(width, height):
    """Returns an empty matplotlib figure of so many inches."""
    # Not pyplot: it keeps state, and picks a window system.
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width, height), layout="constrained")
    FigureCanvasAgg(figure)
    return figure


def save_figure(figure, path):
    """Writes a figure as a picture, atomically."""
    with atomic_path(path) as temporary:
        figure.savefig(temporary, dpi=150)
