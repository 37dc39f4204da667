"""Learns the weights of the backbone `compact` from rendered clips of plain motions.

```
python reproduce/compact_weights.py                      # the packaged weights
python reproduce/compact_weights.py --clips 2000 --out compact.weights.h5  # shorter
python reproduce/compact_weights.py --help
```
"""

import argparse
import concurrent.futures
import dataclasses
import multiprocessing
import pathlib
import sys

import numpy as np
from PIL import Image
from sklearn.metrics import roc_auc_score

# The packages are one folder above this script.
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

from keras_wsad.cli.report_errors import report_errors
from keras_wsad.cli.tensorflow_noise import import_tensorflow_quietly
from keras_wsad.files import atomic_path
from keras_wsad.files import cache_folder
from keras_wsad.files import write_text
from keras_wsad.progress import track
from keras_wsad.runs import describe_environment
from keras_wsad.video.crops import short_side_of
from keras_wsad.video.frame_crops import FrameCrops
from reproduce.compact.generic_motions import MOTIONS
from reproduce.compact.generic_motions import render_clip

# Raise it when the same seed renders other frames.
_VERSION = 3
_FRAMES, _SIZE = 16, 80
# Margin in pixels, in which crops are shifted.
_MARGIN = 8


@dataclasses.dataclass(frozen=True, kw_only=True)
class Pretraining:
    """How the weights are learned.

    Attributes:
        clips: int. Clips to render and learn from.
        held_out: int. Further clips, to evaluate on.
        epochs: int. Passes over the clips, each with new augmentation.
        batch: int. Clips in a step.
        learning_rate: float. Peak rate of Adam, with cosine decay to zero.
        seed: int.
    """

    clips: int = 20000
    held_out: int = 1000
    epochs: int = 5
    batch: int = 32
    learning_rate: float = 2e-3
    seed: int = 0


def learn_compact_weights(settings, path, workers=2):
    """Renders clips, trains a `Compact` to recognise their motions, and saves its weights.

    The network predicts for each of `MOTIONS` whether a clip shows it. The weights are
    saved without its head.

    Args:
        settings: `Pretraining`.
        path: path. The `.weights.h5` file to write; `compact.md` beside it holds the
            settings and the ROC area of each motion.
        workers: int. Rendering processes. Defaults to `2`.
    """
    import keras

    from keras_wsad.backbones import Compact

    keras.utils.set_random_seed(settings.seed)
    clips, shown = _rendered(settings.seed, settings.clips + settings.held_out, workers)
    model = Compact(weights=None, num_classes=len(MOTIONS))
    steps = settings.epochs * (settings.clips // settings.batch)
    model.compile(
        keras.optimizers.Adam(
            keras.optimizers.schedules.CosineDecay(
                0.0, steps, warmup_target=settings.learning_rate, warmup_steps=steps // 20
            )
        ),
        keras.losses.BinaryCrossentropy(from_logits=True),
        jit_compile=False,
    )
    random = np.random.default_rng(settings.seed)
    for epoch in range(settings.epochs):
        order = random.permutation(settings.clips)
        losses = []
        starts = range(0, settings.clips - settings.batch + 1, settings.batch)
        for start in track(starts, f"Epoch {epoch + 1} of {settings.epochs}"):
            rows = np.sort(order[start : start + settings.batch])
            batch = _augmented(clips[rows], random)
            losses.append(model.train_on_batch(batch, shown[rows]))
        print(f"epoch {epoch + 1}: loss {float(np.mean(losses[-200:])):.4f}", flush=True)
    areas = _areas(model, clips[settings.clips :], shown[settings.clips :])
    _save(model, settings, areas, pathlib.Path(path))


def _rendered(seed, count, workers):
    """Returns clips and what they show, rendered on first use and kept in the cache."""
    folder = cache_folder() / f"motions-{_VERSION}-{seed}-{count}"
    if not folder.is_dir():
        with atomic_path(folder) as temporary:
            temporary.mkdir()
            side = _SIZE + _MARGIN
            shape = (count, _FRAMES, side, side, 3)
            clips = np.lib.format.open_memmap(
                temporary / "clips.npy", "w+", np.uint8, shape
            )
            shown = np.zeros((count, len(MOTIONS)), np.float32)
            # Not forked: TensorFlow may have threads already.
            context = multiprocessing.get_context("spawn")
            with concurrent.futures.ProcessPoolExecutor(workers, context) as pool:
                tasks = pool.map(_render, range(count), [seed] * count, chunksize=16)
                for row, result in enumerate(track(tasks, "Rendering motions", count)):
                    clips[row], shown[row] = result
            clips.flush()
            np.save(temporary / "shown.npy", shown)
    return np.load(folder / "clips.npy", mmap_mode="r"), np.load(folder / "shown.npy")


def _render(number, seed):
    # A generator for each clip: the result does not depend on the number of workers.
    frames, shown = render_clip(np.random.default_rng((seed, number)), _FRAMES)
    small = [_resized(Image.fromarray(frame)) for frame in frames]
    crops = [FrameCrops(frame, _SIZE + _MARGIN, 1).cut(0) for frame in small]
    return np.stack(crops), shown


def _resized(frame):
    scale = short_side_of(_SIZE) / min(frame.size)
    size = tuple(round(side * scale) for side in frame.size)
    return np.asarray(frame.resize(size, Image.Resampling.BILINEAR))


def _augmented(clips, random):
    """Augments clips: random crop, mirroring, brightness and tint."""
    batch = np.empty((len(clips), _FRAMES, _SIZE, _SIZE, 3), np.float32)
    for row, clip in enumerate(clips):
        top, left = random.integers(0, _MARGIN + 1, 2)
        cut = clip[:, top : top + _SIZE, left : left + _SIZE]
        batch[row] = cut[:, :, ::-1] if random.random() < 0.5 else cut
    gains = random.uniform(0.8, 1.2, (len(clips), 1, 1, 1, 1))
    tints = random.uniform(0.93, 1.07, (len(clips), 1, 1, 1, 3))
    return np.clip(batch * (gains * tints / 127.5).astype(np.float32) - 1, -1, 1)


def _areas(model, clips, shown):
    """Returns the area under the ROC curve of each motion on held-out clips."""
    margin = _MARGIN // 2
    cut = clips[:, :, margin : margin + _SIZE, margin : margin + _SIZE]
    logits = [
        model.predict_on_batch(part.astype(np.float32) / 127.5 - 1)
        for part in np.array_split(cut, max(len(cut) // 64, 1))
    ]
    logits = np.concatenate(logits)
    return {
        name: float(roc_auc_score(shown[:, column], logits[:, column]))
        for column, name in enumerate(MOTIONS)
        if 0 < shown[:, column].sum() < len(shown)
    }


def _save(model, settings, areas, path):
    from keras_wsad.backbones import Compact

    without_head = Compact(weights=None)
    count = len(without_head.weights)
    without_head.set_weights(model.get_weights()[:count])
    with atomic_path(path) as temporary:
        without_head.save_weights(temporary)
    environment = describe_environment()
    lines = [
        "# How the weights of `compact` were learned",
        "",
        f"{settings}",
        "",
        f"{len(MOTIONS)} motions, rendered; area under the ROC curve on "
        f"{settings.held_out} further clips, mean {np.mean(list(areas.values())):.4f}:",
        "",
        "| motion | area |",
        "|---|---|",
        *(f"| {name} | {area:.4f} |" for name, area in areas.items()),
        "",
        f"{environment['packages']}, {environment['platform']}, {environment['processor']}",
    ]
    write_text(path.with_name("compact.md"), "\n".join(lines) + "\n")
    print(f"{path} is written; the areas are in {path.with_name('compact.md')}")


@report_errors("the weights that were there are unchanged")
def main(argv=None):
    """Learns the weights of `Compact`."""
    parser = argparse.ArgumentParser(
        prog="reproduce/compact_weights.py",
        description="Renders clips of plain motions, of which none is an anomaly, trains "
        "the backbone to recognise them, and writes its weights.",
    )
    for field in dataclasses.fields(Pretraining):
        parser.add_argument(
            f"--{field.name}",
            type=field.type,
            default=field.default,
            help="(default: %(default)s)",
        )
    parser.add_argument("--workers", type=int, default=2, help="processes that render")
    parser.add_argument("--out", help="(default: the weights that the package holds)")
    arguments = vars(parser.parse_args(argv))
    import_tensorflow_quietly()
    from keras_wsad.backbones.compact import PACKAGED

    path, workers = arguments.pop("out") or PACKAGED, arguments.pop("workers")
    learn_compact_weights(Pretraining(**arguments), path, workers)
    return 0


if __name__ == "__main__":
    sys.exit(main())
