"""Lists, labels, ground truth, splits and batches."""

from keras_wsad.lazy import on_demand

__all__ = [
    "CLASS_NAMES",
    "NORMAL",
    "ExperimentData",
    "UCFCrime",
    "Video",
    "open_experiment_data",
]

__getattr__ = on_demand(
    __name__,
    {
        "CLASS_NAMES": "annotations",
        "NORMAL": "annotations",
        "ExperimentData": "experiment_data",
        "open_experiment_data": "experiment_data",
        "UCFCrime": "ucf_crime",
        "Video": "ucf_crime",
    },
)
