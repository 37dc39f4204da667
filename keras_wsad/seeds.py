"""The same experiment over several seeds: mean and spread of its metrics."""

import csv
import dataclasses
import io
import json
import pathlib

import keras
import numpy as np

from keras_wsad.config import refuse_other_settings
from keras_wsad.evaluation import evaluate
from keras_wsad.evaluation.evaluate import describe_protocol
from keras_wsad.files import write_text
from keras_wsad.runs import Run
from keras_wsad.training import train

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
    results = []
    for seed in seeds:
        name = f"{config.name}-seed{seed}"
        keras.backend.clear_session()
        results.append(finish_run(dataclasses.replace(config, seed=seed, name=name)))
    return results


def finish_run(config):
    """Trains a run, goes on with it, or takes it as it is, and evaluates it.

    Args:
        config: `ExperimentConfig` with a name.

    Returns:
        `(run, metrics)`.

    Raises:
        ConfigError: a run of that name was made with other settings.
    """
    run = Run(pathlib.Path(config.runs, config.name))
    if run.is_finished:
        before = run.load_config()
        refuse_other_settings(config, before, {"runs", "name"}, run.folder)
    else:
        train(config, resume=run.folder if run.config.is_file() else None)
    return run, evaluate(run.folder)


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
    rows = summarize_seeds([metrics for _, metrics in results])
    seeds = [metrics["about"]["seed"] for _, metrics in results]
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["metric", "mean", "std", *(f"seed {seed}" for seed in seeds)])
    for name, mean, spread, values in rows:
        writer.writerow([name, *(f"{number:.4f}" for number in (mean, spread, *values))])
    write_text(f"{path}.csv", text.getvalue())

    about = {**results[0][1]["about"], "seed": ", ".join(map(str, seeds))}
    run = results[0][0]
    environment = json.loads(run.environment.read_text(encoding="utf-8"))
    columns = [f"seed {seed}" for seed in seeds]
    packages = [f"{name} {version}" for name, version in environment["packages"].items()]
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
        f"Commit {environment['commit']}; Python {environment['python']}, "
        f"{', '.join(packages)}; {environment['processor']}, {environment['cores']} cores.",
    ]
    write_text(f"{path}.md", "\n".join(lines) + "\n")
    return rows
