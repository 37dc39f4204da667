"""Measures frame AUC against the length of the window that `keras-wsad watch` slides.

```
python reproduce/window_length.py --runs runs/joint-seed0 runs/joint-seed1
python reproduce/window_length.py --help
```
"""

import argparse
import pathlib
import sys

# The packages are one folder above this script.
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

import numpy as np

from keras_wsad.alignment import expand_to_frames
from keras_wsad.cli.report_errors import report_errors
from keras_wsad.cli.tensorflow_noise import import_tensorflow_quietly
from keras_wsad.csv_text import csv_text
from keras_wsad.errors import ConfigError
from keras_wsad.files import write_json
from keras_wsad.files import write_text
from keras_wsad.metrics.frame_level_auc import frame_level_auc
from keras_wsad.runs import Run
from keras_wsad.runs import describe_environment

#: Clips of a window.
LENGTHS = (1, 2, 4, 8, 16, 32, 64, 128, 256)
RESULTS = pathlib.Path(__file__).parent / "results" / "window_length.csv"

_ABOUT = """# Length of the window

The test videos whose clips lie at every stride, joined in random order as if one camera had
seen them; `keras-wsad watch` slides a window over the clips. A frame has the score of its
segment when that is the newest of the window. The class of a frame of an event is right if
that window is given the event's class. `whole video` is what `predict` gives, which knows
what comes after. Mean and standard deviation over runs, %.
"""


def make_stream(videos, folder, extraction, random):
    """Joins test videos in random order, as if one camera had seen them.

    Only videos whose stored clips lie at every stride are taken: shorter ones have a clip
    centred on each segment, which no live stream has.

    Args:
        videos: list of `Video` with known frame counts.
        folder: path. Their features.
        extraction: `Extraction` of the features.
        random: `numpy.random.Generator`.

    Returns:
        `(clips, labels, classes)`: a list of arrays `(K, n)`, one a video; a bool array of
        shape `(frames,)`, `stride` frames a clip; the class of each clip's video, an int
        array.
    """
    clips, labels, classes = [], [], []
    for index in random.permutation(len(videos)):
        video = videos[index]
        count = (video.num_frames - extraction.clip_length) // extraction.stride + 1
        if extraction.num_segments is None or count >= extraction.num_segments:
            features = np.load(folder / f"{video.name}.npy")
            clips.append(features.reshape(-1, features.shape[-1])[:count])
            labels.append(video.frame_labels()[: count * extraction.stride])
            classes.append(np.full(count, video.label))
    if not clips:
        raise ConfigError(f"{folder}: expected videos with clips at every stride.")
    return clips, np.concatenate(labels), np.concatenate(classes)


def score_windows(model, windows, card, batch=64):
    """Scores windows of clips as `predict` does, without calibration, which AUC ignores.

    Args:
        model: `keras.Model`.
        windows: list of arrays of shape `(K, n)`.
        card: `ModelCard`.
        batch: int. Windows that are scored together. Defaults to `64`.

    Returns:
        `(scores, classes)`, arrays of shape `(windows, segments)` and `(windows,)`; the
        most probable class of each window.
    """
    from keras_wsad.features import normalize_clips
    from keras_wsad.features import pool_segments
    from keras_wsad.inference import compiled

    pooling = (card.num_segments, card.reduce, card.alignment)
    call, scores, classes = compiled(model), [], []
    for start in range(0, len(windows), batch):
        part = windows[start : start + batch]
        pooled = [pool_segments(clips, *pooling) for clips in part]
        normalized = [pool_segments(normalize_clips(clips), *pooling) for clips in part]
        inputs = {
            "features": np.stack(pooled),
            "normalized_features": np.stack(normalized),
        }
        outputs = call(inputs)
        scores.append(outputs["segment_scores"])
        classes.append(outputs["class_probabilities"].argmax(axis=1))
    return np.concatenate(scores), np.concatenate(classes)


def score_stream(model, clips, length, card):
    """Slides a window over the clips of a stream, by one segment at a time.

    Args:
        model: `keras.Model`.
        clips: array of shape `(K, n)`.
        length: int. Clips in a window.
        card: `ModelCard`.

    Returns:
        `(scores, classes)`, arrays of shape `(K,)`: the score of each clip when its segment
        is the newest, and the most probable class of that window; of the first clips, NaN
        and -1.
    """
    hop = max(length // card.num_segments, 1)
    ends = np.arange(length, len(clips) + 1, hop)
    windows = [clips[end - length : end] for end in ends]
    rows, found = score_windows(model, windows, card)
    scores, classes = np.full(len(clips), np.nan), np.full(len(clips), -1)
    for end, row, class_index in zip(ends, rows, found, strict=True):
        scores[end - hop : end] = row[-1]
        classes[end - hop : end] = class_index
    return scores, classes


def measure_run(folder, lengths=LENGTHS):
    """Measures a run at every length of the window.

    Args:
        folder: str or path. A finished run of the joint model on one crop.
        lengths: ints. Clips of a window.

    Returns:
        A list of dicts: `run`, `window_clips`, `auc` of the frames, and `class_accuracy`,
        the share of an event's clips whose window is given the event's class, both in
        percent. The first is of whole videos, as `predict` scores them.
    """
    import keras

    import keras_wsad.models  # noqa: F401
    from keras_wsad.data.embedded import embedded_features
    from keras_wsad.data.experiment_data import open_experiment_data
    from keras_wsad.inference.model_card import ModelCard

    run = Run(folder)
    config, extraction = run.load_config(), run.load_extraction()
    model = keras.saving.load_model(run.model)
    card = ModelCard.of(model, config, extraction=extraction)
    features = pathlib.Path(config.data, config.features or "")
    if config.features is None:
        features = embedded_features(features)
    test = open_experiment_data(config).test
    random = np.random.default_rng(config.seed)
    videos, labels, true = make_stream(test, features, extraction, random)
    clips, stride, rows = np.concatenate(videos), extraction.stride, []
    in_event = labels.reshape(-1, stride).any(axis=1)
    # The same frames for every length.
    kept = np.arange(len(clips)) >= max(lengths)
    kept[len(clips) - max(lengths) :] = False

    def add(length, frames, classes):
        inside = np.repeat(kept, stride)
        right = classes == true
        rows.append(
            {
                "run": run.folder.name,
                "window_clips": length,
                "auc": _percent(frame_level_auc(labels[inside], frames[inside])),
                "class_accuracy": _percent(right[kept & in_event].mean()),
            }
        )
        print(rows[-1], flush=True)

    whole, found = score_windows(model, videos, card)
    frames = [
        expand_to_frames(row, len(video) * stride, card.alignment)
        for row, video in zip(whole, videos, strict=True)
    ]
    sizes = [len(video) for video in videos]
    add("whole video", np.concatenate(frames), np.repeat(found, sizes))
    for length in lengths:
        scores, classes = score_stream(model, clips, length, card)
        add(length, np.repeat(scores, stride), classes)
    return rows


def write_results(rows, path):
    """Writes the rows as CSV, their means as Markdown, and the environment as JSON."""
    write_text(path, csv_text(rows[0], rows))
    lines = [_ABOUT, "| clips in the window | frame AUC | class right |", "|---|---|---|"]
    for length in dict.fromkeys(row["window_clips"] for row in rows):
        of = [row for row in rows if row["window_clips"] == length]
        cells = (_mean([row[name] for row in of]) for name in ("auc", "class_accuracy"))
        lines.append(f"| {length} | {' | '.join(cells)} |")
    write_text(path.with_suffix(".md"), "\n".join(lines) + "\n")
    write_json(path.with_suffix(".environment.json"), describe_environment())


def _percent(share):
    return round(100 * float(share), 2)


def _mean(values):
    spread = f" ± {np.std(values, ddof=1):.1f}" if len(values) > 1 else ""
    return f"{np.mean(values):.1f}{spread}"


@report_errors("nothing was written")
def main(argv=None):
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--runs", nargs="+", required=True, help="finished runs")
    parser.add_argument("--results", type=pathlib.Path, default=RESULTS)
    arguments = parser.parse_args(argv)
    import_tensorflow_quietly()
    rows = [row for run in arguments.runs for row in measure_run(run)]
    write_results(rows, arguments.results)
    print(f"{arguments.results} is written")
    return 0


if __name__ == "__main__":
    sys.exit(main())
