"""Names and detects the videos of three classes of UCF-Crime, by folds over all of them.

```
python reproduce/c3d_part.py --data UCF_CRIME --features c3d_part
python reproduce/c3d_part.py --help
```
"""

import argparse
import dataclasses
import pathlib
import sys

import numpy as np

# Python looks beside a script for what it imports; the packages are one folder up.
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

from keras_wsad.cli.report_errors import report_errors
from keras_wsad.cli.tensorflow_noise import import_tensorflow_quietly
from keras_wsad.config import ExperimentConfig
from keras_wsad.csv_text import csv_text
from keras_wsad.data import open_experiment_data
from keras_wsad.data.annotations import NORMAL_FOLDERS
from keras_wsad.files import write_text
from keras_wsad.runs import describe_environment
from keras_wsad.runs import environment_line

# A fold is judged by whole videos. The readers want frames and events all the same: those
# of an anomalous video are all annotated, and how many there are does not matter.
_NUM_FRAMES = 512

METRICS = {"video_auc": "video AUC", "maa": "mAA"}


def make_folds(data, count, seed=0):
    """Splits all videos that have features, each class in the same proportion.

    Videos of identical features come into one fold.

    Args:
        data: `ExperimentData`.
        count: int. Folds.
        seed: int. Defaults to `0`.

    Returns:
        A list of lists of `Video`, one for each fold.
    """
    from sklearn.model_selection import StratifiedGroupKFold

    videos = [*data.training, *data.validation, *data.test]
    groups = {video.name: place for place, video in enumerate(videos)}
    for names in data.store.identical:
        groups.update(dict.fromkeys(names, groups[names[0]]))
    folds = StratifiedGroupKFold(count, shuffle=True, random_state=seed).split(
        np.zeros(len(videos)),
        [video.label for video in videos],
        [groups[video.name] for video in videos],
    )
    return [[videos[place] for place in test] for _, test in folds]


def write_fold(folder, folds, number):
    """Writes lists in UCF-Crime's layout, by which one fold is the test part.

    Args:
        folder: path.
        folds: list of lists of `Video`, as `make_folds` returns it.
        number: int. The fold to test on.
    """
    folder.mkdir(parents=True, exist_ok=True)
    test = folds[number]
    training = [video for fold in folds if fold is not test for video in fold]
    annotation, counts = [], ["name,num_frames"]
    for video in test:
        end = _NUM_FRAMES if video.is_anomalous else -1
        start = 0 if video.is_anomalous else -1
        annotation.append(f"{video.name}.mp4  {video.class_name}  {start}  {end}  -1  -1")
        counts.append(f"{video.name},{_NUM_FRAMES}")
    for name, lines in {
        "Temporal_Anomaly_Annotation_for_Testing_Videos.txt": annotation,
        "num_frames.csv": counts,
        "Anomaly_Test.txt": [_line(video) for video in test],
        "Anomaly_Train.txt": [_line(video) for video in training],
    }.items():
        write_text(folder / name, "\n".join(lines) + "\n")


def _line(video):
    folder = video.class_name if video.is_anomalous else NORMAL_FOLDERS[0]
    return f"{folder}/{video.name}.mp4"


def run_folds(folds, options, titles=None):
    """Trains and evaluates the rows of all tables on every fold.

    Args:
        folds: list of lists of `Video`.
        options: `TableOptions`, with an absolute path of features; its data are replaced
            by the fold's.
        titles: list of str, or `None`. Parts of the titles of the rows. Defaults to
            `None`, for all rows.

    Returns:
        `(values, problems)`: a dict from `(row, metric)` to a list of floats, for each
        fold and seed, and a dict from a row to why it has none.
    """
    from reproduce.tables.plan import plan_jobs
    from reproduce.tables.rows import EXPECTED
    from reproduce.tables.rows import read_table
    from reproduce.tables.run import run_jobs
    from reproduce.tables.table import choose_rows

    # A row of two tables is that of the first.
    tables = [read_table(number, EXPECTED) for number in (4, 3, 2, 1)]
    rows = {row.title: row for table in tables for row in table}
    rows = choose_rows(list(rows.values()), titles)
    values, problems = {}, {}
    for number in range(len(folds)):
        folder = pathlib.Path(options.runs, f"fold{number}")
        write_fold(folder / "lists", folds, number)
        of_fold = dataclasses.replace(options, data=str(folder / "lists"), runs=str(folder))
        for outcome in run_jobs(plan_jobs(rows, of_fold), of_fold):
            title = outcome.job.row.title
            if outcome.problem:
                problems[title] = outcome.problem
                continue
            # The system of a row's AUC detects, and that of its mAA names classes.
            if outcome.job.metric == "auc":
                value = outcome.metrics["video_level"]["video_auc"]
                values.setdefault((title, "video_auc"), []).append(value)
            elif outcome.metrics["classification"]:
                value = outcome.metrics["classification"]["maa"]
                values.setdefault((title, "maa"), []).append(value)
    return values, problems


def as_markdown(values, problems, about, environment):
    """Returns the measurement as Markdown.

    Args:
        values: dict, as `run_folds` returns it.
        problems: dict, as `run_folds` returns it.
        about: str. On which videos and how.
        environment: dict, as `describe_environment` returns it.
    """
    lines = ["# Three classes of UCF-Crime, by folds over all videos", "", about, ""]
    lines += [f"| row | {' | '.join(METRICS.values())} |", "|---|---:|---:|"]
    for title in dict.fromkeys(title for title, _ in values):
        cells = []
        for metric in METRICS:
            of_row = 100 * np.array(values.get((title, metric), [np.nan]))
            spread = f" ± {of_row.std(ddof=1):.1f}" if len(of_row) > 1 else ""
            missing = np.isnan(of_row).any()
            cells.append("-" if missing else f"{of_row.mean():.1f}{spread}")
        lines.append(f"| {title} | {' | '.join(cells)} |")
    lines += ["", *(f"- {title}: {problem}" for title, problem in problems.items()), ""]
    lines.append(f"Measured at {environment_line(environment)}.")
    return "\n".join(lines) + "\n"


def as_csv(values):
    """Returns the measurement as CSV, in percent, with every fold and seed."""
    runs = [f"run {i}" for i in range(max(map(len, values.values())))]
    rows = []
    for (title, metric), of_row in values.items():
        numbers = [np.mean(of_row), *of_row]
        rows.append([title, metric, *(f"{100 * number:.2f}" for number in numbers)])
    return csv_text(["row", "metric", "mean", *runs], rows)


@report_errors("the same command goes on; what is trained is kept")
def main(argv=None):
    """Trains and evaluates on every fold, and writes what was measured."""
    parser = argparse.ArgumentParser(
        prog="reproduce/c3d_part.py",
        description="Trains every system of the tables that needs no pixels on all but "
        "one fold of the videos, training and test part together, and judges it on that "
        "fold: video AUC, and mAA over the classes that there are.",
    )
    parser.add_argument("--data", required=True, help="a folder in UCF-Crime's layout")
    parser.add_argument("--features", required=True, help="a folder of features below it")
    parser.add_argument("--folds", type=int, default=5, help="default: %(default)s")
    parser.add_argument("--seeds", type=int, nargs="+", default=[0])
    parser.add_argument("--rows", nargs="+", metavar="WORD", help="as in evaluate.py")
    parser.add_argument("--preset", default="small", help="default: %(default)s")
    parser.add_argument("--steps", type=int, help="training steps of every row")
    parser.add_argument("--runs", default="runs/folds", help="default: %(default)s")
    parser.add_argument("--out", help="path without suffix (default: RUNS/FEATURES)")
    arguments = parser.parse_args(argv)
    import_tensorflow_quietly()
    from keras_wsad.data.experiment_data import feature_folder
    from reproduce.tables.plan import TableOptions

    features = feature_folder(pathlib.Path(arguments.data), arguments.features).resolve()
    config = ExperimentConfig(data=arguments.data, features=str(features))
    data = open_experiment_data(config)
    folds = make_folds(data, arguments.folds)
    options = TableOptions(
        features=str(features),
        seeds=tuple(arguments.seeds),
        steps=arguments.steps,
        preset=arguments.preset,
        runs=arguments.runs,
    )
    values, problems = run_folds(folds, options, arguments.rows)
    labels = [video.class_name for fold in folds for video in fold]
    counts = ", ".join(f"{labels.count(name)} {name}" for name in sorted(set(labels)))
    about = (
        f"{len(labels)} videos ({counts}) of {features.name}, the official training and "
        f"test part together, in {len(folds)} folds by class; videos of identical features "
        f"are in one fold. Seeds {', '.join(map(str, arguments.seeds))}; mean ± standard "
        f"deviation over folds and seeds, in %. The joint model has the preset "
        f"{arguments.preset}."
    )
    path = arguments.out or str(pathlib.Path(arguments.runs, features.name))
    text = as_markdown(values, problems, about, describe_environment())
    write_text(f"{path}.md", text)
    write_text(f"{path}.csv", as_csv(values))
    print(text)
    print(f"{path}.csv and {path}.md are written; the runs are in {arguments.runs}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
