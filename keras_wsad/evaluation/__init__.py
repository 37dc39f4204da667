"""The paper's protocol: from the outputs of a model to the metrics of a run."""

from keras_wsad.alignment import expand_to_frames
from keras_wsad.alignment import frame_boundaries
from keras_wsad.evaluation.all_metrics import compute_metrics
from keras_wsad.evaluation.draw_evaluation import draw_evaluation
from keras_wsad.evaluation.evaluate import evaluate

__all__ = [
    "compute_metrics",
    "draw_evaluation",
    "evaluate",
    "expand_to_frames",
    "frame_boundaries",
]
