"""Measures what bfloat16 and int8 in the backbone cost in features, frame AUC and mAA.

```
pip install 'keras_wsad[openvino]'
python reproduce/joint_model.py --preset embedded --name embedded      # three runs
python reproduce/backbone_precision.py --runs runs/embedded-seed*
python reproduce/backbone_precision.py --help
```
"""

import argparse
import pathlib
import sys
import tempfile

import numpy as np

# The packages are one folder above this script.
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

from keras_wsad.alignment import frames_of
from keras_wsad.cli.report_errors import report_errors
from keras_wsad.cli.tensorflow_noise import import_tensorflow_quietly
from keras_wsad.csv_text import csv_text
from keras_wsad.data import CLASS_NAMES
from keras_wsad.data import open_experiment_data
from keras_wsad.errors import ConfigError
from keras_wsad.errors import DataError
from keras_wsad.errors import MissingExtraError
from keras_wsad.errors import RunError
from keras_wsad.features.extract import extract_clips
from keras_wsad.files import write_text
from keras_wsad.metrics import frame_level_auc
from keras_wsad.metrics import mean_average_accuracy
from keras_wsad.progress import track
from keras_wsad.runs import Run
from keras_wsad.video import find_videos

VARIANTS = {"float32": "float32", "bfloat16": "bfloat16", "int8, OpenVINO": "int8"}
COLUMNS = ("backbone computes in", "seed", "feature error", "frame AUC", "mAA", "note")


def study_precision(runs):
    """Extracts the test videos of runs in each precision and scores them.

    The models are not retrained. Int8 is calibrated on the training videos.

    Args:
        runs: list of str or path. Finished runs on one data set with videos.

    Returns:
        A list of dicts with `COLUMNS`, and a str: data and protocol.

    Raises:
        RunError: the runs have different features, or their backbone does not come with
            its weights.
        DataError: data or videos are missing.
    """
    from keras_wsad.backbones import open_backbone
    from keras_wsad.backbones.quantized import relative_error
    from keras_wsad.inference import load
    from keras_wsad.inference.backbone import extraction_by

    predictors = [load(run) for run in runs]
    extraction = predictors[0].card.extraction
    others = [predictor.card.extraction for predictor in predictors]
    if extraction is None or any(other != extraction for other in others):
        raise RunError(f"Expected runs on the same features. Received: {runs}")
    if extraction.weights != open_backbone(extraction.backbone).weights:
        raise RunError(
            f"{runs[0]}: expected features of a backbone with the weights that come with "
            f"it. Found those of {extraction.backbone}, {extraction.weights}"
        )
    configs = [Run(run).load_config() for run in runs]
    data = open_experiment_data(configs[0])
    paths = find_videos([data.root])
    wanted = {video.name for video in (*data.training, *data.test)}
    if missing := sorted(wanted - paths.keys()):
        raise DataError(
            f"{data.root}: expected the videos of the data set. {len(missing)} of "
            f"{len(wanted)} are missing, {missing[0]} for one"
        )
    rows, expected = [], None
    for variant, precision in VARIANTS.items():
        try:
            backbone = _open(extraction, precision, data, paths)
        except (MissingExtraError, ConfigError) as error:
            rows.append({COLUMNS[0]: variant, "note": f"missing: {error}"})
            continue
        made = extraction_by(backbone, extraction, extraction.crops)
        features = [
            extract_clips(paths[video.name], backbone, made).features
            for video in track(data.test, f"clips in {variant}")
        ]
        whole = np.concatenate(features, axis=1)
        expected = whole if expected is None else expected
        for predictor, config in zip(predictors, configs, strict=True):
            row = {COLUMNS[0]: variant, "seed": config.seed}
            row["feature error"] = relative_error(whole, expected)
            rows.append(row | _score(predictor, features, data.test))
    rules = sorted({predictor.card.checkpoint_rule for predictor in predictors})
    about = (
        f"{data.source}; {len(data.test)} test videos, {whole.shape[1]} clips; backbone "
        f"{extraction.backbone}, stride {extraction.stride}, {extraction.crops} crop(s); "
        f"aligned frames; checkpoint {', '.join(rules)}; seeds "
        f"{', '.join(str(config.seed) for config in configs)}"
    )
    return rows, about


def study_as_markdown(rows, about):
    """Returns the study as Markdown, means and standard deviations over the seeds.

    Args:
        rows: list of dicts, as `study_precision` returns them.
        about: str.
    """
    lines = [
        "# What the precision of the backbone costs",
        "",
        f"{about}. The models were trained on float32. Feature error is the length of the "
        "difference to float32 over the length of the features. Other backbones were not "
        "measured.",
        "",
        "| backbone computes in | feature error | frame AUC % | mAA % |",
        "|---|---:|---:|---:|",
    ]
    for variant in dict.fromkeys(row[COLUMNS[0]] for row in rows):
        of_variant = [row for row in rows if row[COLUMNS[0]] == variant]
        if "note" in of_variant[0]:
            cells = [of_variant[0]["note"], "", ""]
        else:
            cells = [f"{of_variant[0]['feature error']:.4f}"]
            for name in ("frame AUC", "mAA"):
                values = [100 * row[name] for row in of_variant]
                spread = f" ± {np.std(values, ddof=1):.2f}" if values[1:] else ""
                cells.append(f"{np.mean(values):.2f}{spread}")
        lines.append(f"| {' | '.join([variant, *cells])} |")
    return "\n".join(lines) + "\n"


def study_as_csv(rows):
    """Returns the study as CSV, a line for each seed."""
    rounded = [
        {
            name: round(value, 6) if isinstance(value, float) else value
            for name, value in row.items()
        }
        for row in rows
    ]
    return csv_text(COLUMNS, rounded)


def _open(extraction, precision, data, paths):
    from keras_wsad.features.calibration import quantize_backbone
    from keras_wsad.inference.backbone import open_backbone_of

    if precision != "int8":
        return open_backbone_of(extraction, precision=precision)
    training = {video.name: paths[video.name] for video in data.training}
    with tempfile.TemporaryDirectory() as folder:
        path = f"{folder}/{extraction.backbone}.openvino"
        quantize_backbone(training, path, extraction.backbone)
        return open_backbone_of(extraction, path)


def _score(predictor, features, videos):
    predictions = [predictor.predict_crops(clips) for clips in features]
    scores = np.stack([prediction.segment_scores for prediction in predictions])
    named = [CLASS_NAMES.index(prediction.class_name) for prediction in predictions]
    labels = [video.label for video in videos]
    return {
        "frame AUC": float(frame_level_auc(*frames_of(videos, scores, "aligned"))),
        "mAA": float(mean_average_accuracy(labels, named, len(CLASS_NAMES))),
    }


@report_errors("nothing is written")
def main(argv=None):
    """Prints what the precision of a backbone costs."""
    parser = argparse.ArgumentParser(
        prog="reproduce/backbone_precision.py",
        description="Extracts the test videos of finished runs with the backbone in "
        "float32, bfloat16 and int8, and scores them with the models as they are.",
    )
    parser.add_argument(
        "--runs", nargs="+", required=True, metavar="RUN", help="run folders, one a seed"
    )
    parser.add_argument("--out", help="write OUT.md and OUT.csv as well")
    arguments = parser.parse_args(argv)
    import_tensorflow_quietly()

    rows, about = study_precision(arguments.runs)
    text = study_as_markdown(rows, about)
    print(text)
    if arguments.out:
        write_text(f"{arguments.out}.md", text)
        write_text(f"{arguments.out}.csv", study_as_csv(rows))
        print(f"{arguments.out}.md and .csv are written")
    return 0


if __name__ == "__main__":
    sys.exit(main())
