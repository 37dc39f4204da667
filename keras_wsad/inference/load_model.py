"""Opens a trained model, whatever its form."""

import pathlib

from keras_wsad.inference.exported import MANIFEST
from keras_wsad.inference.exported import open_exported


def load(path):
    """Opens a trained model for prediction.

    Args:
        path: str or path. A run folder, its `model.keras`, its `saved_model`, or a
            folder that `keras-wsad export` wrote.
            Extraction, pooling and calibration are read from the run folder around
            `model.keras`; a SavedModel holds them itself. A `model.keras` alone is assumed
            to be trained with the defaults, and its scores are not calibrated.

    Returns:
        A `Predictor`.

    Raises:
        RunError: there is no model, or it is damaged or not one of keras_wsad.
        MissingExtraError: the runtime of an exported model is not installed.

    Example:

    ```python
    predictor = keras_wsad.load("runs/NAME")
    predictor.predict("Abuse028_x264.npy").class_name
    ```
    """
    path = pathlib.Path(path)
    if (path / MANIFEST).is_file():
        # Without Keras, which need not be installed.
        return open_exported(path)
    from keras_wsad.inference.open_model import open_trained

    return open_trained(path)
