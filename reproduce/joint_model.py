"""Trains the joint model over several seeds and writes mean and spread of every metric.

```
python reproduce/joint_model.py --data UCF_CRIME --features r3d34
python reproduce/joint_model.py --help
```
"""

import dataclasses
import json
import pathlib
import sys

import numpy as np

# Python looks beside a script for what it imports; the packages are one folder up.
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

from keras_wsad.cli.report_errors import report_errors
from keras_wsad.cli.tensorflow_noise import import_tensorflow_quietly
from keras_wsad.cli.training_options import config_of
from keras_wsad.cli.training_options import spell_out
from keras_wsad.cli.training_options import training_parser
from keras_wsad.csv_text import csv_text
from keras_wsad.errors import ConfigError
from keras_wsad.files import write_text
from keras_wsad.runs import environment_line
from reproduce.scenes import rendered_data

# What is summarised: a name, and where it stands in the metrics of a run.
METRICS = {
    "frame AUC, aligned": ("detection", "aligned", "auc"),
    "frame AUC, release": ("detection", "release", "auc"),
    "abnormal-videos AUC, aligned": ("detection", "aligned", "abnormal_auc"),
    "average precision, aligned": ("detection", "aligned", "average_precision"),
    "false alarms at .5, aligned": ("detection", "aligned", "false_alarm_rate"),
    "class AUC, mean over classes, aligned": ("detection", "aligned", "class_auc_mean"),
    "mAP@IoU .1:.5, aligned": ("detection", "aligned", "map_at_iou", "mean"),
    "events found, aligned": ("detection", "aligned", "found_events"),
    "normal videos silent, aligned": ("detection", "aligned", "silent_normal_videos"),
    "video AUC": ("video_level", "video_auc"),
    "mAA": ("classification", "maa"),
    "accuracy": ("classification", "accuracy"),
}


def run_seeds(config, seeds):
    """Trains and evaluates a configuration once per seed, whatever is not done yet.

    Runs are named after the configuration and the seed. A finished one is only evaluated
    again, an unfinished one goes on: the same call after a kill loses nothing.

    Args:
        config: `ExperimentConfig` with a name.
        seeds: list of ints.

    Returns:
        A list of `(run, metrics)`, one for each seed.

    Raises:
        ConfigError: a run of that name was made with other settings.
    """
    import keras

    from reproduce.tables.run import finish_run

    results = []
    for seed in seeds:
        name = f"{config.name}-seed{seed}"
        keras.backend.clear_session()
        results.append(finish_run(dataclasses.replace(config, seed=seed, name=name)))
    return results


def summarize_seeds(metrics_of_seeds):
    """Returns a row for each metric: its name, mean, standard deviation and values.

    The deviation is that of a sample, `ddof=1`; of one seed it is NaN.

    Args:
        metrics_of_seeds: list of dicts, as `evaluate` returns them.
    """
    rows = []
    for name, path in METRICS.items():
        values = []
        for metrics in metrics_of_seeds:
            for key in path:
                metrics = metrics[key]
            values.append(np.nan if metrics is None else metrics)
        spread = np.std(values, ddof=1) if len(values) > 1 else np.nan
        rows.append((name, float(np.mean(values)), float(spread), values))
    return rows


def write_summary(path, results):
    """Writes the summary as CSV and as Markdown, with protocol and environment.

    Args:
        path: path without suffix.
        results: list of `(run, metrics)`, as `run_seeds` returns it.

    Returns:
        The rows, as `summarize_seeds` returns them.
    """
    from keras_wsad.evaluation.evaluate import describe_protocol

    rows = summarize_seeds([metrics for _, metrics in results])
    seeds = [metrics["about"]["seed"] for _, metrics in results]
    columns = [f"seed {seed}" for seed in seeds]
    lines = [
        [name, *(f"{number:.4f}" for number in (mean, spread, *values))]
        for name, mean, spread, values in rows
    ]
    write_text(f"{path}.csv", csv_text(["metric", "mean", "std", *columns], lines))

    about = {**results[0][1]["about"], "seed": ", ".join(map(str, seeds))}
    run = results[0][0]
    environment = json.loads(run.environment.read_text(encoding="utf-8"))
    lines = [
        f"# {pathlib.Path(path).name}",
        "",
        f"{describe_protocol(about)}. {len(about['test_videos_without_features'])} more "
        "test videos have no features and are not counted.",
        "",
        f"| metric, % | mean | standard deviation | {' | '.join(columns)} |",
        "|---" * (3 + len(seeds)) + "|",
    ]
    for name, *numbers, values in rows:
        numbers = (*numbers, *values)
        cells = ["-" if np.isnan(n) else f"{100 * n:.2f}" for n in numbers]
        lines.append(f"| {name} | {' | '.join(cells)} |")
    lines += [
        "",
        f"Measured at {environment_line(environment)}.",
    ]
    write_text(f"{path}.md", "\n".join(lines) + "\n")
    return rows


@report_errors("the same command goes on")
def main(argv=None):
    """Trains and evaluates over several seeds and writes mean and spread."""
    argv = sys.argv[1:] if argv is None else argv
    parser = training_parser(argv, "reproduce/joint_model.py")
    parser.add_argument(
        "--seeds", type=int, nargs="+", metavar="SEED", default=[0, 1, 2], help="The seeds."
    )
    parser.add_argument(
        "--out",
        type=str | None,
        help="Where to write .csv and .md, without suffix; by default among the runs.",
    )
    settings = parser.parse_args(spell_out(argv)).as_dict()
    config, seeds = config_of(settings), settings["seeds"]
    if len(set(seeds)) < len(seeds):
        raise ConfigError(f"Expected seeds that differ. Received: {seeds}")
    if config.name is None:
        config = dataclasses.replace(config, name="joint_model")
    import_tensorflow_quietly()
    if config.data is None:
        config = dataclasses.replace(config, data=rendered_data())

    path = settings["out"] or str(pathlib.Path(config.runs, config.name))
    write_summary(path, run_seeds(config, seeds))
    print(pathlib.Path(f"{path}.md").read_text(encoding="utf-8"))
    print(f"{path}.csv and {path}.md are written; the runs are in {config.runs}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
