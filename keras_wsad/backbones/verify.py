"""Checks that an I3D gives the outputs that its authors published for their sample clip.

The published weights and clip were not available when this was written: it was tested on
random weights under the published names, whose outputs another network had computed.
"""

import dataclasses

import numpy as np

from keras_wsad.errors import DataError
from keras_wsad.files import read_text

# google-deepmind/kinetics-i3d: data/v_CricketShot_g04_c01_rgb.npy is the clip, and
# out/imagenet_rgb.txt what its network on RGB, checkpoint rgb_imagenet, makes of it.
SAMPLE_SHAPE = (1, 79, 224, 224, 3)
PUBLISHED_NORM = 87.108887
PUBLISHED_LARGEST = 25.8566
PUBLISHED_CLASS = "playing cricket"
# They hold "up to differences in numerical precision" (its README). The rounding of 32 bits
# is some hundred-thousandths, and the same code gave its authors 87.108887 and others
# 87.108841.
TOLERANCE = 0.001


@dataclasses.dataclass(frozen=True, kw_only=True)
class Comparison:
    """A measured output beside the published one.

    Attributes:
        name: str. What was measured.
        measured: float, int or str.
        published: float or str.
        agrees: bool or `None`, `None` where there is nothing to compare by.
    """

    name: str
    measured: object
    published: object
    agrees: bool | None


def read_clip(path, shape=SAMPLE_SHAPE):
    """Reads a clip as the authors of I3D published it.

    Args:
        path: str or path. A `.npy` file.
        shape: tuple of ints. What its shape has to be. Defaults to that of the published
            clip, `(1, 79, 224, 224, 3)`.

    Returns:
        A float32 array, pixels from -1 to 1.

    Raises:
        DataError: the file is absent, damaged or pickled, of another shape or range.
    """
    try:
        # Memory-mapped, so that a header that declares too much allocates nothing.
        clip = np.load(path, mmap_mode="r", allow_pickle=False)
    except Exception as error:
        # A damaged file may raise anything.
        raise DataError(f"{path}: expected an array of numpy, .npy ({error}).") from error
    if not isinstance(clip, np.ndarray) or clip.shape != shape or clip.dtype.kind != "f":
        found = f"{clip.dtype} {clip.shape}" if hasattr(clip, "dtype") else "an archive"
        raise DataError(f"{path}: expected floats of shape {shape}. Found {found}")
    low, high = float(clip.min()), float(clip.max())
    # A clip of which nothing is below zero was scaled to 0..1.
    if not (-1.001 <= low < 0 and 0 < high <= 1.001):
        raise DataError(
            f"{path}: expected pixels from -1 to 1. Found {low:.3g} to {high:.3g}"
        )
    return clip.astype(np.float32)


def read_label_map(path, num_classes):
    """Reads the names of classes, one a line.

    Args:
        path: str or path. Such as `data/label_map.txt` of google-deepmind/kinetics-i3d.
        num_classes: int. Names that there have to be.

    Raises:
        DataError: the file is absent, no text, or has another number of lines.
    """
    try:
        names = [line.strip() for line in read_text(path).splitlines() if line.strip()]
    except (OSError, DataError) as error:
        raise DataError(f"{path}: expected a list of class names ({error}).") from error
    if len(names) != num_classes:
        raise DataError(f"{path}: expected {num_classes} names. Found {len(names)}")
    return names


def compare_with_published(
    logits,
    label_map=None,
    norm=PUBLISHED_NORM,
    largest=PUBLISHED_LARGEST,
    class_name=PUBLISHED_CLASS,
    tolerance=TOLERANCE,
):
    """Compares logits with the ones that were published.

    Args:
        logits: array of shape `(1, classes)` or `(classes,)`, averaged over time.
        label_map: list of str or `None`. Names of the classes; without them the class is
            given by its number and not compared. Defaults to `None`.
        norm: float. Euclidean norm of the logits. Defaults to the published one.
        largest: float. The largest logit. Defaults to the published one.
        class_name: str. The class of the largest logit. Defaults to the published one.
        tolerance: float. By how much norm and logit may differ. Defaults to `0.001`.

    Returns:
        A list of `Comparison`.
    """
    logits = np.asarray(logits, np.float64).ravel()
    top = int(logits.argmax())
    measured = {"norm of the logits": float(np.linalg.norm(logits))}
    measured["largest logit"] = float(logits[top])
    rows = [
        Comparison(
            name=name,
            measured=value,
            published=published,
            # NaN agrees with nothing.
            agrees=bool(abs(value - published) <= tolerance),
        )
        for (name, value), published in zip(measured.items(), (norm, largest), strict=True)
    ]
    named = label_map is not None
    rows.append(
        Comparison(
            name="its class",
            measured=label_map[top] if named else f"number {top} (first is 0)",
            published=class_name,
            agrees=label_map[top] == class_name if named else None,
        )
    )
    return rows


def agree(comparisons):
    """Whether all values that could be compared agree."""
    return all(row.agrees or row.agrees is None for row in comparisons)
