"""Reads UCSD's pedestrian data sets, Ped1 and Ped2."""

import functools
import pathlib
import re

import numpy as np
from PIL import Image

from keras_wsad.errors import DataError
from keras_wsad.video import find_videos

_LABELS = "testing_labels.txt"


class UCSDPed:
    """UCSD Ped1 or Ped2: normal clips to learn from, and labelled frames to test on.

    Two layouts are read:

    - `training/NAME.mp4`, `testing/NAME.mp4` (or another kind of video) and
      `testing_labels.txt`, lines of a name and a 0 or 1 for each frame;
    - as published: `Train/Train001/*.tif`, `Test/Test001/*.tif` and the ground truth,
      `gt_frame` in `Test/*.m` or, without such a file, the masks in
      `Test/Test001_gt/*.bmp`, where a frame is anomalous if any pixel is.

    Args:
        root: str or path. The folder that holds `training` and `testing`, or `Train` and
            `Test`.

    Raises:
        DataError: the folder has neither layout.

    Reference:
        - [Mahadevan et al., 2010](http://www.svcl.ucsd.edu/projects/anomaly/dataset.htm)
    """

    def __init__(self, root):
        self.root = pathlib.Path(root)
        self._published = (self.root / "Train").is_dir() and (self.root / "Test").is_dir()
        parts = [self.root / "training", self.root / "testing"]
        if not self._published and not all(part.is_dir() for part in parts):
            raise DataError(
                f"Expected a folder with training/, testing/ and {_LABELS}, or with Train/ "
                f"and Test/ as UCSD publishes them. Received: {root}"
            )

    @functools.cached_property
    def training(self):
        """Training clips: a dict from name to video or folder of pictures."""
        if self._published:
            return self._clip_folders("Train")
        return find_videos([self.root / "training"])

    @functools.cached_property
    def testing(self):
        """Test clips, a dict like `training`."""
        if self._published:
            return self._clip_folders("Test")
        return find_videos([self.root / "testing"])

    @functools.cached_property
    def frame_labels(self):
        """Frame labels, 1 anomalous: a dict from test clip to a bool array `(frames,)`.

        Raises:
            DataError: a clip has no labels, or a line or a file of them is malformed.
        """
        read = self._published_labels if self._published else self._listed_labels
        labels = read()
        missing = [name for name in self.testing if name not in labels]
        if missing:
            raise DataError(
                f"{self.root}: expected labels of every test clip. Found none of "
                f"{', '.join(missing[:3])}"
            )
        return {name: labels[name] for name in self.testing}

    def _clip_folders(self, part):
        folders = sorted(
            folder
            for folder in (self.root / part).iterdir()
            if folder.is_dir() and re.fullmatch(rf"{part}\d+", folder.name)
        )
        if not folders:
            raise DataError(f"{self.root / part}: expected folders such as {part}001.")
        return {folder.name: folder for folder in folders}

    def _listed_labels(self):
        path = self.root / _LABELS
        try:
            lines = path.read_text(encoding="utf-8-sig").splitlines()
        except (OSError, UnicodeDecodeError) as error:
            raise DataError(f"{path}: cannot be read ({error}).") from error
        labels = {}
        for number, line in enumerate(lines, start=1):
            if not line.strip():
                continue
            name, *digits = line.split()
            if len(digits) != 1 or set(digits[0]) - set("01") or name in labels:
                raise DataError(
                    f"{path}, line {number}: expected a name that is new, and a 0 or 1 for "
                    f"each frame. Received: {line[:40]!r}"
                )
            labels[name] = np.array([digit == "1" for digit in digits[0]])
        return labels

    def _published_labels(self):
        files = sorted((self.root / "Test").glob("*.m"))
        if not files:
            return {name: _read_masks(path) for name, path in self.testing.items()}
        text = files[0].read_text(encoding="utf-8", errors="replace")
        # One line a clip, in their order: gt_frame = [5:90, 140:200], from 1, both ends in.
        listed = re.findall(r"gt_frame\s*=\s*\[([\d:,;\s]*)\]", text)
        if len(listed) != len(self.testing):
            raise DataError(
                f"{files[0]}: expected a gt_frame for each of {len(self.testing)} test "
                f"clips. Found {len(listed)}"
            )
        labels = {}
        for (name, folder), spans in zip(self.testing.items(), listed, strict=True):
            labels[name] = np.zeros(sum(1 for _ in folder.glob("*.tif")), bool)
            for start, end in re.findall(r"(\d+)\s*:\s*(\d+)", spans):
                labels[name][int(start) - 1 : int(end)] = True
        return labels


def _read_masks(folder):
    """Returns which frames have a non-empty mask."""
    masks = sorted(folder.with_name(f"{folder.name}_gt").glob("*.bmp"))
    if not masks:
        raise DataError(
            f"{folder.parent}: expected the ground truth, a file .m or masks in "
            f"{folder.name}_gt. Found neither."
        )
    labels = []
    for path in masks:
        with Image.open(path) as mask:
            labels.append(np.asarray(mask.convert("L")).any())
    return np.array(labels)
