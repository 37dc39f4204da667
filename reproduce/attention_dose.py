"""Measures when attention helps: by the length of events and the share of distractors.

```
python reproduce/attention_dose.py
python reproduce/attention_dose.py --rendered embedded bench
python reproduce/attention_dose.py --help
```
"""

import argparse
import concurrent.futures
import itertools
import multiprocessing
import os
import pathlib
import sys

# Python looks beside a script for what it imports; the packages are one folder up.
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

from keras_wsad.cli.report_errors import report_errors
from keras_wsad.cli.tensorflow_noise import import_tensorflow_quietly
from keras_wsad.files import read_json
from keras_wsad.files import write_json
from keras_wsad.files import write_text
from keras_wsad.progress import track
from keras_wsad.runs import describe_environment
from reproduce.dose.made_up import MadeUpVideos

#: Segments of an event, of 32, and shares of distractors: each pair is a dose.
EVENTS = (1, 2, 4, 8, 16)
DISTRACTORS = (0.0, 0.25, 0.5)


def measure_row(row, seed, steps=None, events=EVENTS, distractors=DISTRACTORS, **settings):
    """Trains and measures a row of Table I at every dose.

    Args:
        row: str, `"l1"` to `"l4"`.
        seed: int. Of the videos and of the training.
        steps: int or `None`. Training steps, or those of the preset.
        events: ints. Segments of an event.
        distractors: floats.
        **settings: of `MadeUpVideos`.

    Returns:
        A list of dicts: `event_segments`, `distractors`, and the metrics.
    """
    # Here, as each process imports its own.
    from reproduce.dose.study import Trainee

    trainee = Trainee.of(row, MadeUpVideos(**settings), steps)
    measured = []
    for event, share in itertools.product(events, distractors):
        dose = {"event_segments": event, "distractors": share}
        parts = MadeUpVideos(**dose, **settings).make(seed)
        measured.append({**dose, **trainee.measure(*parts, seed)})
    return measured


def measure_all(rows, seeds, steps, workers, runs):
    """Trains and measures every row with every seed, whatever is not done yet.

    Args:
        rows: strs.
        seeds: list of ints.
        steps: int or `None`.
        workers: int. Processes, of one thread each.
        runs: path. Keeps what is measured, so that the same call continues.

    Returns:
        A dict from `(row, seed)` to what `measure_row` returns.
    """
    of_steps = "preset" if steps is None else f"{steps}steps"
    # Row by row, as a process traces each row's model once.
    jobs = [(seed, row) for row in rows for seed in seeds]
    paths = {job: runs / f"{job[1]}-{of_steps}-seed{job[0]}.json" for job in jobs}
    # As JAX, TensorFlow and what both compute with read it when they are imported.
    os.environ.update(dict.fromkeys(_THREADS, "1"))
    os.environ.setdefault("XLA_FLAGS", "--xla_cpu_multi_thread_eigen=false")
    runs.mkdir(parents=True, exist_ok=True)
    if not (runs / "environment.json").is_file():
        write_json(runs / "environment.json", describe_environment())
    spawn = multiprocessing.get_context("spawn")
    with concurrent.futures.ProcessPoolExecutor(workers, spawn) as pool:
        futures = {
            pool.submit(measure_row, row, seed, steps): paths[seed, row]
            for seed, row in jobs
            if not paths[seed, row].is_file()
        }
        done = concurrent.futures.as_completed(futures)
        for future in track(done, "rows and seeds", len(futures)):
            write_json(futures[future], future.result())
    return {(row, seed): read_json(paths[seed, row]) for seed, row in jobs}


_THREADS = ("TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS", "OMP_NUM_THREADS")


def numbers_of(measured, seeds):
    """Returns what was measured as a list of `Number`, dose by dose.

    Args:
        measured: dict, as `measure_all` returns it.
        seeds: list of ints.
    """
    from reproduce.dose.table import METRICS
    from reproduce.dose.table import Number

    numbers = []
    for row in dict.fromkeys(row for row, _ in measured):
        for doses in zip(*(measured[row, seed] for seed in seeds), strict=True):
            for metric in METRICS.keys() & doses[0].keys():
                share = doses[0]["event_segments"] / MadeUpVideos().num_segments
                numbers.append(
                    Number(
                        videos="made-up",
                        event_share=share,
                        distractors=doses[0]["distractors"],
                        row=row,
                        metric=metric,
                        values=[dose[metric] for dose in doses],
                    )
                )
    return sorted(numbers, key=lambda n: (n.row, n.metric, n.distractors, n.event_share))


@report_errors("the same command goes on")
def main(argv=None):
    """Measures, or goes on measuring, and writes table and picture."""
    parser = argparse.ArgumentParser(
        prog="reproduce/attention_dose.py",
        description="Trains l1 to l4 of Table I on made-up features, for events of "
        f"{', '.join(map(str, EVENTS))} of 32 segments and shares of distractors of "
        f"{', '.join(map(str, DISTRACTORS))}, and writes mAA and AUC of each as CSV, "
        "Markdown and a picture.",
    )
    parser.add_argument("--seeds", type=int, nargs="+", default=list(range(10)))
    parser.add_argument("--steps", type=int, help="default: those of the preset")
    parser.add_argument(
        "--workers", type=int, default=2, help="processes (default: %(default)s)"
    )
    parser.add_argument(
        "--rendered",
        nargs="+",
        choices=["embedded", "bench"],
        default=[],
        help="rendered sets whose committed Table I is set beside the curves; they are "
        "rendered on first use",
    )
    parser.add_argument("--runs", default="runs/attention_dose")
    parser.add_argument("--out", help="path without suffix (default: RUNS/attention_dose)")
    arguments = parser.parse_args(argv)
    import_tensorflow_quietly()
    from reproduce.dose.rendered import rendered_numbers
    from reproduce.dose.study import ROWS
    from reproduce.dose.study import describe
    from reproduce.dose.table import with_differences
    from reproduce.dose.write import as_markdown
    from reproduce.dose.write import draw
    from reproduce.dose.write import write_csv

    runs, seeds = pathlib.Path(arguments.runs), arguments.seeds
    rendered = [number for name in arguments.rendered for number in rendered_numbers(name)]
    measured = measure_all(ROWS, seeds, arguments.steps, arguments.workers, runs)
    environment = read_json(runs / "environment.json")
    numbers = with_differences([*numbers_of(measured, seeds), *rendered])
    path = arguments.out or str(runs / "attention_dose")
    about = describe(MadeUpVideos(), arguments.steps, len(seeds))
    write_csv(f"{path}.csv", numbers, seeds)
    write_text(f"{path}.md", as_markdown(numbers, about, environment))
    draw(f"{path}.png", numbers)
    print(pathlib.Path(f"{path}.md").read_text(encoding="utf-8"))
    print(f"{path}.csv, .md and .png are written")
    return 0


if __name__ == "__main__":
    sys.exit(main())
