"""Lists, labels, ground truth, splits and batches."""

from keras_wsad.data.annotations import CLASS_NAMES
from keras_wsad.data.annotations import NORMAL
from keras_wsad.data.experiment_data import ExperimentData
from keras_wsad.data.experiment_data import open_experiment_data
from keras_wsad.data.ucf_crime import UCFCrime
from keras_wsad.data.ucf_crime import Video

__all__ = [
    "CLASS_NAMES",
    "NORMAL",
    "ExperimentData",
    "UCFCrime",
    "Video",
    "open_experiment_data",
]
