import numpy as np

from keras_wsad.alignment import frame_boundaries
from keras_wsad.csv_text import csv_text
from keras_wsad.runs import environment_line

_COLUMNS = ("videos", "row", "metric", "value", "deviation", "low", "high")


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
    lines += ["", f"Measured at {environment_line(environment)}."]
    return "\n".join(lines) + "\n"


def as_csv(measured):
    """Returns the measurement as CSV, from 0 to 1.

    Args:
        measured: see `as_markdown`.
    """
    longest = max(len(number) for numbers in measured.values() for number in numbers)
    runs = [f"run {number}" for number in range(longest - len(_COLUMNS) + 1)]
    rows = []
    for name, numbers in measured.items():
        for row, metric, *values in numbers:
            cells = ["" if np.isnan(value) else f"{value:.4f}" for value in values]
            rows.append([name, row, metric, *cells])
    return csv_text([*_COLUMNS, *runs], rows)


def draw_scores(path, scored):
    """Draws the mean scores of each system over the runs, of videos with known events.

    Args:
        path: path of the picture.
        scored: `ScoredSet`.
    """
    from keras_wsad.figures import new_figure
    from keras_wsad.figures import save_figure

    chosen = [
        place
        for place, video in enumerate(scored.videos)
        if scored.is_located[place] and video.is_anomalous
    ]
    if not chosen:
        return
    figure = new_figure(9.0, 1.3 * len(chosen) + 0.6)
    rows = figure.subplots(len(chosen), squeeze=False)[:, 0]
    for axes, place in zip(rows, chosen, strict=True):
        video = scored.videos[place]
        for number, (begin, end) in enumerate(video.events):
            label = None if number else "annotated event"
            axes.axvspan(begin, end, color="0.85", label=label)
        for name, runs in scored.systems.items():
            scores = np.mean([run["segment_scores"][place] for run in runs], axis=0)
            edges = frame_boundaries(video.num_frames, len(scores), "aligned")
            axes.stairs(scores, edges, label=f"{name}, {len(runs)} runs", linewidth=1.4)
        axes.set(ylim=(0, 1), xlim=(0, video.num_frames), ylabel="score")
        axes.set_title(f"{video.name}: {video.class_name}", fontsize=9, loc="left")
    axes.set_xlabel("frame")
    figure.axes[0].legend(fontsize=8, loc="lower right", bbox_to_anchor=(1, 1), ncols=3)
    save_figure(figure, path)
