"""Measures cost against size: of a training step and of an extraction.

    python -m benchmarks.scaling
    python -m benchmarks.scaling --quick --costs T B

A training step is timed at growing numbers of segments, features and videos, an extraction
at growing hours of video. The slope on logarithmic axes is the exponent of the cost: with
slope 1, twice the size takes twice the time.
"""

import argparse
import pathlib
import sys
import tempfile

import matplotlib.figure

from benchmarks.contender import Contender
from benchmarks.contender import ContenderError
from benchmarks.extract_memory import FPS
from benchmarks.extract_memory import make_video
from benchmarks.extract_memory import measure
from benchmarks.machine import describe_machine
from benchmarks.measure import time_in_turn
from benchmarks.run import RESULTS
from benchmarks.run import at_least_one
from benchmarks.statistics import log_log_slope
from benchmarks.statistics import quartiles
from benchmarks.table import seconds_text
from benchmarks.worker import open_work
from keras_wsad.csv_text import csv_text
from keras_wsad.files import atomic_path
from keras_wsad.files import write_json
from keras_wsad.files import write_text

_STEP = "keras_wsad float32"
# The argument of the training step that grows, and its factors.
_ARGUMENTS = {"T": "num_segments", "n": "feature_dim", "B": "videos"}
_DOUBLED = (1 / 4, 1 / 2, 1, 2)
_SHARES = {"T": _DOUBLED, "n": (1 / 8, 1 / 4, 1 / 2, 1), "B": _DOUBLED}
_HOURS = {"full": (1 / 4, 1 / 2, 1, 2), "quick": (1 / 100, 1 / 50)}
_LABELS = {
    "T": "segments of a video, T",
    "n": "features of a segment, n",
    "B": "videos of a batch, B",
    "hours": "hours of video, extraction",
}
_COLUMNS = (
    *("cost", "size", "median_s", "lower_quartile_s", "upper_quartile_s"),
    *("peak_mib", "disturbed", "repetitions", "slope"),
)


def training_sizes(cost, size):
    """Returns the sizes at which the training step is measured.

    Args:
        cost: `"T"`, `"n"` or `"B"`.
        size: dict. The size to vary.

    Returns:
        A dict from the growing number to the whole size.
    """
    argument = _ARGUMENTS[cost]
    numbers = [max(2, round(size[argument] * share)) for share in _SHARES[cost]]
    return {number: {**size, argument: number} for number in numbers}


def scale_training(cost, *, quick, repetitions):
    """Times the training step at growing sizes and returns the rows of the table."""
    sizes = training_sizes(
        cost, open_work("training_step").SIZES["quick" if quick else "full"]
    )
    contenders = {
        number: Contender("training_step", _STEP, size) for number, size in sizes.items()
    }
    rows = []
    timings = time_in_turn(contenders, repetitions, _LABELS[cost])
    for number, timing in timings.items():
        if not timing.repetitions:
            problem = timing.missing or timing.failed
            raise ContenderError(f"training step at {cost} = {number}: {problem}")
        spread = quartiles(timing.seconds)
        rows.append(
            {
                "cost": cost,
                "size": number,
                "median_s": spread.median,
                "lower_quartile_s": spread.low,
                "upper_quartile_s": spread.high,
                "peak_mib": timing.peak_mib,
                "disturbed": sum(r.disturbed for r in timing.repetitions),
                "repetitions": len(timing.repetitions),
            }
        )
    return rows


def scale_extraction(*, quick):
    """Times `keras-wsad extract` on growing videos, and returns the rows of the table.

    Each video is extracted once. The time includes the start-up.
    """
    rows = []
    for hours in _HOURS["quick" if quick else "full"]:
        with tempfile.TemporaryDirectory() as folder:
            video = pathlib.Path(folder, "video.mp4")
            make_video(video, round(hours * 3600 * FPS))
            seconds, peak_mib = measure(video, folder, "compact")
        row = {"cost": "hours", "size": hours, "median_s": seconds, "peak_mib": peak_mib}
        rows.append({**dict.fromkeys(_COLUMNS, ""), **row, "repetitions": 1})
    return rows


def with_slope(rows):
    """Adds the slope of the line through them to the rows of a cost."""
    slope = log_log_slope([row["size"] for row in rows], [row["median_s"] for row in rows])
    return [{**row, "slope": slope} for row in rows]


def draw(costs, path):
    """Draws each cost on logarithmic axes.

    Args:
        costs: dict from cost to its rows.
        path: path of the PNG.
    """
    figure = matplotlib.figure.Figure(figsize=(3.2 * len(costs), 3.2), layout="constrained")
    for axes, (cost, rows) in zip(
        figure.subplots(1, len(costs), squeeze=False)[0], costs.items(), strict=True
    ):
        sizes, seconds = ([row[key] for row in rows] for key in ("size", "median_s"))
        # Proportional to the size, through the last point.
        proportional = [seconds[-1] * size / sizes[-1] for size in sizes]
        axes.loglog(sizes, proportional, "--", color="grey", label="slope 1")
        axes.loglog(sizes, seconds, "o-")
        # There may be no tick of a decade between the sizes.
        axes.minorticks_off()
        axes.set_xticks(sizes, [f"{size:g}" for size in sizes])
        axes.set_yticks(seconds, [seconds_text(value) for value in seconds])
        axes.set_xlabel(_LABELS[cost])
        axes.legend(frameon=False)
        axes.set_title(f"slope {rows[0]['slope']:.2f}")
        axes.grid(alpha=0.3)
    with atomic_path(path) as temporary:
        figure.savefig(temporary, dpi=150)


def main(argv=None):
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help="small sizes, 3 rounds")
    parser.add_argument(
        "--costs", nargs="+", choices=_LABELS, default=tuple(_LABELS), help="default: all"
    )
    parser.add_argument("--repetitions", type=at_least_one, help="rounds; default: 7")
    parser.add_argument("--results", type=pathlib.Path, help="as in benchmarks.run")
    arguments = parser.parse_args(argv)
    results = arguments.results or (RESULTS / "quick" if arguments.quick else RESULTS)
    repetitions = arguments.repetitions or (3 if arguments.quick else 7)
    costs = {}
    for cost in arguments.costs:
        if cost == "hours":
            rows = scale_extraction(quick=arguments.quick)
        else:
            rows = scale_training(cost, quick=arguments.quick, repetitions=repetitions)
        costs[cost] = with_slope(rows)
        for row in costs[cost]:
            print(
                f"{_LABELS[cost]} {row['size']:g}: {row['median_s']:.3g} s, "
                f"{row['peak_mib']:,.0f} MiB"
            )
        print(f"{_LABELS[cost]}: slope {costs[cost][0]['slope']:.2f}", flush=True)
    rows = [
        row | {k: f"{v:.6g}" for k, v in row.items() if isinstance(v, float)}
        for rows in costs.values()
        for row in rows
    ]
    write_text(results / "scaling.csv", csv_text(_COLUMNS, rows))
    write_json(results / "scaling.environment.json", describe_machine())
    draw(costs, results / "scaling.png")
    print(f"{results / 'scaling.csv'} and scaling.png are written")


if __name__ == "__main__":
    sys.exit(main())
