import copy
import dataclasses

import numpy as np

from keras_wsad.arrays import read_npz
from keras_wsad.errors import RunError
from keras_wsad.files import atomic_path

# Rows read at once, since features may exceed memory.
_ROWS = 64

# A feature that varies less counts as constant and is not scaled.
_LEAST_SCALE = 1e-6


@dataclasses.dataclass(frozen=True, kw_only=True)
class Standardization:
    """Mean and standard deviation of every feature over the segments of training videos.

    `x' = (x - mean) / scale`, separately for features and for normalised features. A
    feature that is constant in training is only shifted.

    Args:
        mean: float32 array of shape `(2, features)`: of features, of normalised features.
        scale: float32 array of the same shape.
    """

    mean: np.ndarray
    scale: np.ndarray

    @classmethod
    def of(cls, store, rows):
        """Returns the standardization measured on rows of a store.

        Args:
            store: `FeatureStore`.
            rows: list of ints, those of the training videos.
        """
        moments = [_moments(array, rows) for array in _arrays(store)]
        mean, scale = np.array(moments, np.float32).swapaxes(0, 1)
        return cls(mean=mean, scale=np.where(scale < _LEAST_SCALE, 1, scale))

    def apply(self, features, normalized_features):
        """Returns both inputs standardised.

        Args:
            features: array or tensor whose last axis is the features.
            normalized_features: the same, of normalised clips.
        """
        pair = (features, normalized_features)
        return tuple(
            (values - mean) / scale
            for values, mean, scale in zip(pair, self.mean, self.scale, strict=True)
        )

    def view(self, store):
        """Returns a store whose features are standardised when they are read.

        Args:
            store: `FeatureStore`.
        """
        view = copy.copy(store)
        view.features, view.normalized_features = (
            _StandardizedArray(array, mean, scale)
            for array, mean, scale in zip(
                _arrays(store), self.mean, self.scale, strict=True
            )
        )
        return view

    def save(self, path):
        """Writes it, atomically, as `.npz`."""
        with atomic_path(path) as temporary, open(temporary, "wb") as file:
            np.savez(file, mean=self.mean, scale=self.scale)

    @classmethod
    def load(cls, path):
        """Reads it; `None` where there is no such file.

        Raises:
            RunError: the file is damaged.
        """
        try:
            content = read_npz(path)
            mean, scale = content["mean"], content["scale"]
        except FileNotFoundError:
            return None
        except (ValueError, KeyError) as error:
            raise RunError(f"{path}: damaged ({error}).") from error
        right = mean.ndim == 2 and mean.shape == scale.shape and len(mean) == 2
        if not (right and np.isfinite(mean).all() and (scale > 0).all()):
            raise RunError(f"{path}: expected finite means and deviations above 0.")
        return cls(mean=mean, scale=scale)


class _StandardizedArray:
    """An array of shape `(rows, segments, features)`, standardised when it is indexed."""

    def __init__(self, array, mean, scale):
        self._array, self._mean, self._scale = array, mean, scale
        self.shape, self.dtype = array.shape, array.dtype

    def __getitem__(self, rows):
        return (self._array[rows] - self._mean) / self._scale

    def __len__(self):
        return len(self._array)


def _arrays(store):
    return store.features, store.normalized_features


def _moments(array, rows):
    """Returns mean and standard deviation over rows and segments, in float64."""
    # Late, so that opening a model stays light.
    from sklearn.preprocessing import StandardScaler

    scaler = StandardScaler()
    for start in range(0, len(rows), _ROWS):
        values = array[rows[start : start + _ROWS]]
        scaler.partial_fit(values.reshape(-1, values.shape[-1]).astype(np.float64))
    return scaler.mean_, np.sqrt(scaler.var_)
