"""Writes the study as CSV, as Markdown and as a picture."""

import pathlib

import numpy as np

from keras_wsad.csv_text import csv_text
from keras_wsad.figures import new_figure
from keras_wsad.figures import save_figure
from keras_wsad.files import write_text
from keras_wsad.runs import environment_line
from reproduce.dose.study import ROWS
from reproduce.dose.table import DIFFERENCES
from reproduce.dose.table import METRICS


def write_csv(path, numbers, seeds):
    """Writes every number, with each seed, in percent.

    Args:
        path: path.
        numbers: list of `Number`.
        seeds: list of ints, those of the made-up videos.
    """
    columns = ["videos", "event_share", "distractors", "row", "metric"]
    columns += ["mean", "std", "low", "high", *(f"seed {seed}" for seed in seeds)]
    rows = []
    for number in numbers:
        values = [number.mean, number.std, *number.interval, *number.values]
        rows.append(
            [
                number.videos,
                f"{number.event_share:.4f}",
                number.distractors,
                number.row,
                number.metric,
                *("" if np.isnan(value) else f"{100 * value:.2f}" for value in values),
            ]
        )
    write_text(path, csv_text(columns, rows))


def as_markdown(numbers, about, environment):
    """Returns the study as Markdown.

    Args:
        numbers: list of `Number`, with the differences.
        about: str. How it was measured.
        environment: dict, as `describe_environment` returns it.
    """
    lines = ["# When attention helps", "", about, ""]
    for metric in ("maa", "auc"):
        lines += [*_metric_table(numbers, metric), ""]
        lines += [*_verdicts(numbers, metric), ""]
    lines += [*_attention_table(numbers), ""]
    lines.append(f"Measured at {environment_line(environment)}.")
    return "\n".join(lines) + "\n"


def _metric_table(numbers, metric):
    shown = ("l2 - l1", "l3 - l2", "l4 - l3")
    titles = [*ROWS, *(f"{name} ({DIFFERENCES[name]})" for name in shown)]
    lines = [
        f"## {METRICS[metric]}, %",
        "",
        f"| videos | event, % of the video | distractors | {' | '.join(titles)} |",
        "|---|---:|---:" + "|---:" * len(titles) + "|",
    ]
    for dose, of_dose in _by_dose(numbers, metric).items():
        cells = [
            f"{100 * of_dose[row].mean:.1f} ± {100 * of_dose[row].std:.1f}" for row in ROWS
        ]
        for name in shown:
            low, high = of_dose[name].interval
            text = f"{100 * of_dose[name].mean:+.1f} [{100 * low:+.1f}, {100 * high:+.1f}]"
            cells.append(f"**{text}**" if of_dose[name].sign else text)
        lines.append(f"| {' | '.join([*_dose_cells(dose), *cells])} |")
    return lines


def _verdicts(numbers, metric):
    """A sentence for each difference: at how many doses it has which sign."""
    lines = []
    for name, added in DIFFERENCES.items():
        for videos in ("made-up", "rendered"):
            signs = [
                number.sign
                for number in numbers
                if (number.row, number.metric) == (name, metric)
                and (number.videos == "made-up") == (videos == "made-up")
            ]
            if signs:
                more, less, neither = (signs.count(sign) for sign in (1, -1, 0))
                lines.append(
                    f"- {name} ({added}), {METRICS[metric]}, {videos} videos: more at "
                    f"{more} of {len(signs)} doses, less at {less}, neither at {neither}"
                )
    return lines


def _attention_table(numbers):
    metrics = [metric for metric in METRICS if metric.startswith("beta_")]
    titles = [f"{row}: {metric[5:]}" for row in ("l3", "l4") for metric in metrics]
    lines = [
        "## Second-level attention, its mean in events, in distractors and in the rest of "
        "anomalous videos",
        "",
        f"| event, % of the video | distractors | {' | '.join(titles)} |",
        "|---:|---:" + "|---:" * len(titles) + "|",
    ]
    of_metrics = [_by_dose(numbers, metric) for metric in metrics]
    for dose in of_metrics[0]:
        cells = [
            # A dose without distractors has no attention to them.
            f"{by[dose][row].mean:.2f}" if dose in by else "-"
            for row in ("l3", "l4")
            for by in of_metrics
        ]
        lines.append(f"| {' | '.join([*_dose_cells(dose)[1:], *cells])} |")
    return lines


def _by_dose(numbers, metric):
    """A dict from a dose to a dict from a row to its `Number`."""
    doses = {}
    for number in numbers:
        if number.metric == metric:
            dose = (number.videos, number.event_share, number.distractors)
            doses.setdefault(dose, {})[number.row] = number
    return doses


def _dose_cells(dose):
    videos, share, distractors = dose
    if not isinstance(distractors, str):
        distractors = f"{100 * distractors:.0f} %"
    return [videos, f"{100 * share:.1f}", distractors]


def draw(path, numbers):
    """Draws the curves of the rows, and of what attentions and LSTM add.

    Args:
        path: path. A `.png` file to write.
        numbers: list of `Number`, with the differences.
    """
    figure = new_figure(9.6, 6.4)
    axes = figure.subplots(2, 3, sharex=True)
    made_up = [number for number in numbers if number.videos == "made-up"]
    shares = sorted({number.distractors for number in made_up})
    for column, share in zip(axes[0], shares, strict=False):
        for row in ROWS:
            _draw_curve(column, made_up, row, "maa", share, label=row)
        column.set_title(f"{100 * share:.0f} % distractors", fontsize=9)
        column.set(ylim=(0, 101))
    axes[0, 0].set_ylabel("mAA, %")
    axes[0, 0].legend(fontsize=8)
    panels = (("l3 - l2", "maa"), ("l4 - l3", "maa"), ("l2 - l1", "auc"))
    for column, (name, metric) in zip(axes[1], panels, strict=True):
        for share in shares:
            label = f"{100 * share:.0f} % distractors"
            _draw_curve(column, made_up, name, metric, share, label=label)
        for number in numbers:
            if number.videos != "made-up" and (number.row, number.metric) == (name, metric):
                low, high = number.interval
                column.errorbar(
                    100 * number.event_share,
                    100 * number.mean,
                    yerr=[[100 * (number.mean - low)], [100 * (high - number.mean)]],
                    fmt="s" if number.videos == "bench" else "o",
                    color="black",
                    capsize=3,
                    label=f"rendered: {number.videos}",
                )
        column.axhline(0, color="0.6", linewidth=0.8)
        column.set_title(f"{name}: {DIFFERENCES[name]}", fontsize=9)
        column.set(xlabel="event, % of the video", ylabel=f"{METRICS[metric]}, points")
    handles, labels = axes[1, 0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=5, fontsize=8)
    for column in axes.flat:
        column.set_xscale("log", base=2)
        ticks = sorted({100 * number.event_share for number in made_up})
        column.set_xticks(ticks, [f"{tick:.0f}" for tick in ticks])
        column.minorticks_off()
        column.grid(color="0.92")
    save_figure(figure, pathlib.Path(path))


def _draw_curve(axes, numbers, row, metric, distractors, label):
    chosen = [
        number
        for number in numbers
        if (number.row, number.metric, number.distractors) == (row, metric, distractors)
    ]
    places = [100 * number.event_share for number in chosen]
    (line,) = axes.plot(
        places, [100 * n.mean for n in chosen], label=label, marker=".", linewidth=1.4
    )
    low, high = (100 * np.array([n.interval[side] for n in chosen]) for side in (0, 1))
    axes.fill_between(places, low, high, color=line.get_color(), alpha=0.15, linewidth=0)
