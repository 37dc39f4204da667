"""Reads published ROC curves, for Figure 5."""

import pathlib

import numpy as np
import scipy.io
from sklearn.metrics import auc

from keras_wsad.errors import DataError

# Names of the curves, by the start of their file name.
_NAMES = {
    "proposed": "Proposed model",
    "svm": "SVM baseline",
    "hasan": "Hasan et al.",
    "lu": "Lu et al.",
    "sultani": "Sultani et al.",
}


def read_published_curves(folder):
    """Reads ROC curves from a folder.

    A curve is a `.mat` file with `X` and `Y`, as published by Sultani et al., or a pair
    `NAME_fpr.npy`, `NAME_tpr.npy`, as published by the paper's authors.

    Args:
        folder: str or path.

    Returns:
        A dict from legend, with the area, to `(false_rates, true_rates)`.

    Raises:
        DataError: there is no curve, or a file cannot be read as one.
    """
    folder = pathlib.Path(folder)
    curves = {}
    for path in sorted(folder.glob("*")):
        name = path.stem.lower()
        try:
            if path.suffix == ".mat":
                content = scipy.io.loadmat(path)
                rates = content["X"].ravel(), content["Y"].ravel()
            elif path.suffix == ".npy" and name.endswith("fpr"):
                other = path.with_name(path.name[: -len("fpr.npy")] + "tpr.npy")
                rates = tuple(np.load(p, allow_pickle=False).ravel() for p in (path, other))
            else:
                continue
            area = auc(*rates)
        except (OSError, ValueError, LookupError, scipy.io.matlab.MatReadError) as error:
            raise DataError(f"{path}: expected a ROC curve ({error}).") from error
        known = (title for start, title in _NAMES.items() if name.startswith(start))
        curves[f"{next(known, path.stem)}, published: {area:.4f}"] = rates
    if not curves:
        raise DataError(
            f"{folder}: expected ROC curves, .mat files with X and Y or pairs of "
            "NAME_fpr.npy and NAME_tpr.npy. Found none."
        )
    return curves
