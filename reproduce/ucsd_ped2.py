"""Trains the systems that read pixels on UCSD Ped2 and measures their frame AUC.

```
python reproduce/ucsd_ped2.py --data UCSD_PED2
python reproduce/ucsd_ped2.py --data UCSD_PED2 --systems hasan --steps 400
python reproduce/ucsd_ped2.py --help
```
"""

import argparse
import dataclasses
import pathlib
import sys
import time

import numpy as np

# The packages are one folder above this script.
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

from keras_wsad.baselines import open_system
from keras_wsad.cli.report_errors import report_errors
from keras_wsad.cli.tensorflow_noise import import_tensorflow_quietly
from keras_wsad.config import ExperimentConfig
from keras_wsad.csv_text import csv_text
from keras_wsad.errors import DataError
from keras_wsad.files import cache_folder
from keras_wsad.files import write_text
from keras_wsad.metrics import frame_level_auc
from keras_wsad.progress import track
from keras_wsad.runs import describe_environment
from keras_wsad.runs import environment_line
from keras_wsad.video import GreyVideos
from reproduce.ucsd_ped import UCSDPed

# Frame AUC on Ped2 in percent, where the system's authors state one.
PUBLISHED_ON_PED2 = {"hasan": 90.0}


@dataclasses.dataclass(frozen=True, kw_only=True)
class FrameResult:
    """Result of one system.

    Attributes:
        title: str. Its name in the table.
        auc: float. Frame AUC over all test clips, of the scores as the system gives them.
        scaled_auc: float. The same with the scores of each clip scaled to 0 to 1.
        published: float or `None`. Frame AUC in percent, as its authors state it.
        settings: str. Training settings.
        training_seconds: float or `None`. Training time since the last start; `None` if
            nothing is learned.
        seconds_per_frame: float or `None`. Scoring time.
    """

    title: str
    auc: float
    scaled_auc: float
    published: float | None = None
    settings: str = ""
    training_seconds: float | None = None
    seconds_per_frame: float | None = None


def reference_results(data):
    """Scores frames without learning, as references for the other results.

    Args:
        data: `UCSDPed`.

    Returns:
        A list of `FrameResult`: the summed absolute difference of a frame from the mean
        image of the training clips, and from the frame before.

    Raises:
        DataError: numbers of frames and labels of a clip differ.
    """
    from keras_wsad.baselines.hasan import mean_image

    clips = GreyVideos(data.training)
    mean = mean_image([clips.read(name) for name in track(clips.names, "clips read")])
    clips = GreyVideos(data.testing)
    from_mean, from_before = {}, {}
    for name in track(clips.names, "clips compared"):
        frames = clips.read(name).astype(np.float32) / 255
        from_mean[name] = np.abs(frames - mean).sum(axis=(1, 2))
        changes = np.abs(np.diff(frames, axis=0)).sum(axis=(1, 2))
        # The first frame has no predecessor and gets the change of the second.
        from_before[name] = np.append(changes[:1], changes) if len(changes) else [0.0]
    return [
        _result(data, from_mean, title="nothing learned: difference from the mean image"),
        _result(
            data, from_before, title="nothing learned: difference from the frame before"
        ),
    ]


def run_frame_benchmark(data, system, settings, workspace):
    """Trains a system on the training clips and scores every frame of the test clips.

    Args:
        data: `UCSDPed`.
        system: str. A key of `SYSTEMS`, of a system that reads pixels.
        settings: dict of settings that replace the published ones.
        workspace: path. A folder for frames and training state.

    Returns:
        A `FrameResult`.

    Raises:
        DataError: numbers of frames and labels of a clip differ.
    """
    import keras

    system_class = open_system(system)
    config = ExperimentConfig(**{**system_class.published, **settings, "system": system})
    keras.utils.set_random_seed(config.seed)
    fitted = system_class(config)
    started = time.monotonic()
    clips = GreyVideos(data.training, workspace / "training")
    fitted.fit_clips(clips, workspace / system)
    trained = time.monotonic()
    clips = GreyVideos(data.testing, workspace / "testing")
    scores = {
        name: fitted.score_clip(clips, name)
        for name in track(clips.names, f"{fitted.title}: clips scored")
    }
    frames = sum(map(len, scores.values()))
    return _result(
        data,
        scores,
        title=fitted.title,
        published=PUBLISHED_ON_PED2.get(system),
        settings=", ".join(f"{name} {value:g}" for name, value in settings.items()),
        training_seconds=trained - started,
        seconds_per_frame=(time.monotonic() - trained) / frames,
    )


def write_frame_benchmark(path, name, results):
    """Writes results as CSV and as Markdown, with protocol and environment.

    Args:
        path: str or path, without suffix.
        name: str. Name of the data set.
        results: list of `FrameResult`.
    """
    import keras

    columns = [field.name for field in dataclasses.fields(FrameResult)]
    rows = [[getattr(result, column) for column in columns] for result in results]
    rows = [[f"{c:.4f}" if isinstance(c, float) else c for c in row] for row in rows]
    write_text(f"{path}.csv", csv_text(columns, rows))

    environment = describe_environment()
    lines = [
        f"# {pathlib.Path(path).name}",
        "",
        f"Frame AUC over all frames of the test clips of {name}, laid end to end; learned "
        "from the training clips, all normal, in "
        f"{keras.config.dtype_policy().name}. As given: the scores are the system's own, "
        "which for Hasan et al. are relative to the least and the greatest error of the "
        "clip, as published. Scaled: those of each clip are scaled to 0 to 1.",
        "",
        "| system | published, % | as given, % | scaled, % | settings | training, s | "
        "scoring, ms a frame |",
        "|---|---:|---:|---:|---|---:|---:|",
    ]
    for result in results:
        cells = [
            result.title,
            _cell(result.published, ".1f"),
            _cell(100 * result.auc, ".2f"),
            _cell(100 * result.scaled_auc, ".2f"),
            result.settings or "-",
            _cell(result.training_seconds, ".0f"),
            _cell(result.seconds_per_frame and 1000 * result.seconds_per_frame, ".1f"),
        ]
        lines.append(f"| {' | '.join(cells)} |")
    lines += [
        "",
        f"Measured at {environment_line(environment)}.",
    ]
    write_text(f"{path}.md", "\n".join(lines) + "\n")


def _cell(number, digits):
    return "-" if number is None else format(number, digits)


def _result(data, scores, **about):
    """Returns a `FrameResult` from the scores of every clip."""
    labels, as_given, scaled = [], [], []
    for name, of_frames in data.frame_labels.items():
        of_clip = np.asarray(scores[name], np.float64)
        if len(of_clip) != len(of_frames):
            raise DataError(
                f"{data.testing[name]}: expected a frame for each of {len(of_frames)} "
                f"labels. Found {len(of_clip)}"
            )
        labels.append(of_frames)
        as_given.append(of_clip)
        spread = np.ptp(of_clip)
        scaled.append((of_clip - of_clip.min()) / (spread if spread else 1))
    labels = np.concatenate(labels)
    return FrameResult(
        auc=frame_level_auc(labels, np.concatenate(as_given)),
        scaled_auc=frame_level_auc(labels, np.concatenate(scaled)),
        **about,
    )


_SYSTEMS = ("hasan", "lu")


@report_errors("the same command goes on")
def main(argv=None):
    """Trains the systems that read pixels on UCSD Ped2 and measures their frame AUC."""
    arguments = _parser().parse_args(argv)
    import_tensorflow_quietly()
    import keras

    data = UCSDPed(arguments.data)
    workspace = pathlib.Path(arguments.workspace or cache_folder() / "ucsd_ped2")
    settings = {"seed": arguments.seed}
    of_steps = {
        "steps": arguments.steps,
        "normal_per_batch": arguments.stacks,
        "learning_rate": arguments.learning_rate,
    }
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy(arguments.precision)
    try:
        # First, as they raise if frames and labels do not match.
        references = reference_results(data)
        results = [
            run_frame_benchmark(
                data,
                system,
                settings | (of_steps if system == "hasan" else {}),
                workspace,
            )
            for system in arguments.systems
        ]
        write_frame_benchmark(arguments.out, "UCSD Ped2", [*results, *references])
    finally:
        keras.config.set_dtype_policy(before)
    print(pathlib.Path(f"{arguments.out}.md").read_text(encoding="utf-8"))
    print(f"{arguments.out}.csv and {arguments.out}.md are written")
    return 0


def _parser():
    parser = argparse.ArgumentParser(
        prog="reproduce/ucsd_ped2.py",
        description="Trains on the normal clips of UCSD Ped2 and measures the frame AUC "
        "over all of its test clips, beside the published one. The defaults for Hasan et "
        "al. suit two cores; the published ones are --steps 150000 --stacks 64 "
        "--learning_rate 1e-4.",
        formatter_class=argparse.ArgumentDefaultsHelpFormatter,
    )
    parser.add_argument(
        "--data",
        required=True,
        help="a folder with training/, testing/ and testing_labels.txt, or with Train/ and "
        "Test/ as published",
    )
    parser.add_argument(
        "--systems",
        nargs="+",
        choices=_SYSTEMS,
        default=list(_SYSTEMS),
        help="systems to run",
    )
    parser.add_argument("--seed", type=int, default=0, help="random seed")
    parser.add_argument("--steps", type=int, default=400, help="steps of Hasan et al.")
    parser.add_argument("--stacks", type=int, default=4, help="stacks per step")
    parser.add_argument("--learning_rate", type=float, default=5e-4, help="rate of Adagrad")
    parser.add_argument(
        "--precision",
        choices=("float32", "mixed_bfloat16"),
        default="float32",
        help="mixed_bfloat16 is faster on processors with bfloat16 units",
    )
    parser.add_argument(
        "--workspace", help="folder for frames and unfinished training; by default a cache"
    )
    parser.add_argument("--out", default="ucsd_ped2", help="path without suffix")
    return parser


if __name__ == "__main__":
    sys.exit(main())
